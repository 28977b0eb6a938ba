"""The sign-in providers, and the settings that each of them needs."""

from typing import Literal

SignInProviderId = Literal["oidc", "google", "github"]

SIGN_IN_PARTS: dict[SignInProviderId, tuple[str, ...]] = {
    "oidc": ("oidc_issuer", "oidc_client_id", "oidc_client_secret"),
    "google": ("google_client_id", "google_client_secret"),
    "github": ("github_client_id", "github_client_secret"),
}


def complete_providers(settings: object) -> list[SignInProviderId]:
    """The providers whose settings are all set."""
    return [provider_id for provider_id, parts in SIGN_IN_PARTS.items() if not _missing(settings, parts)]


def half_given_problems(settings: object) -> list[str]:
    """A line for each provider whose settings are set in part, with the missing names."""
    missing = {provider_id: _missing(settings, parts) for provider_id, parts in SIGN_IN_PARTS.items()}
    return [
        f"{', '.join(name.upper() for name in names)}: required too for sign-in with {provider_id}"
        for provider_id, names in missing.items()
        if 0 < len(names) < len(SIGN_IN_PARTS[provider_id])
    ]


def _missing(settings: object, parts: tuple[str, ...]) -> list[str]:
    return [name for name in parts if not getattr(settings, name)]
