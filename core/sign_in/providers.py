"""The sign-in providers in the settings."""

import ssl
from functools import cache
from typing import Any

import httpx2
from authlib.integrations.starlette_client import OAuth

from core.settings import Settings
from core.sign_in.github import ORGANISATION, GitHubProvider
from core.sign_in.openid import OpenIdProvider
from core.sign_in.openid_app import OpenIdApp
from core.sign_in.provider import TIMEOUT_SECONDS, SignInProvider

_LOGIN = {"prompt": "login", "max_age": "0"}  # with `max_age` the answer has to have `auth_time`
_CHOICE = {"prompt": "select_account"}  # Google and GitHub know no more than this
_GOOGLE_ISSUER = "https://accounts.google.com"


def create_providers(settings: Settings) -> dict[str, SignInProvider]:
    """The providers in the settings by id, in the order of the login page."""
    oauth = OAuth()
    makers = {"oidc": _oidc, "google": _google, "github": _github}
    return {
        provider_id: makers[provider_id](oauth, settings) for provider_id in settings.sign_in_provider_ids
    }


# The assertions: `create_providers` takes those only whose settings are all there.
def _oidc(oauth: OAuth, settings: Settings) -> SignInProvider:
    assert settings.oidc_issuer and settings.oidc_client_id and settings.oidc_client_secret  # noqa: S101, PT018
    secret = settings.oidc_client_secret.get_secret_value()
    remote = _register_openid(oauth, "oidc", settings.oidc_issuer, settings.oidc_client_id, secret)
    return OpenIdProvider(
        "oidc",
        settings.oidc_name or "single sign-on",
        remote,
        _LOGIN,
        settings.oidc_groups_claim,
        must_tell=_depends_on_claims(settings),
    )


def _google(oauth: OAuth, settings: Settings) -> SignInProvider:
    assert settings.google_client_id and settings.google_client_secret  # noqa: S101, PT018
    secret = settings.google_client_secret.get_secret_value()
    remote = _register_openid(oauth, "google", _GOOGLE_ISSUER, settings.google_client_id, secret)
    return OpenIdProvider(
        "google",
        "Google",
        remote,
        _CHOICE,
        settings.oidc_groups_claim,
        must_tell=_depends_on_claims(settings),
    )


def _depends_on_claims(settings: Settings) -> bool:
    return settings.is_hosted and not settings.allow_everyone


def _register_openid(oauth: OAuth, name: str, issuer: str, client_id: str, client_secret: str) -> OpenIdApp:
    remote: OpenIdApp = oauth.register(
        name,
        client_cls=OpenIdApp,
        issuer=issuer,
        client_id=client_id,
        client_secret=client_secret,
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile email", **_client_options()},
    )
    return remote


def _github(oauth: OAuth, settings: Settings) -> SignInProvider:
    assert settings.github_client_id and settings.github_client_secret  # noqa: S101, PT018
    organisations = _organisations(settings)
    scope = "read:user user:email read:org" if organisations else "read:user user:email"
    remote = oauth.register(
        "github",
        client_id=settings.github_client_id,
        client_secret=settings.github_client_secret.get_secret_value(),
        access_token_url="https://github.com/login/oauth/access_token",  # noqa: S106  (an address)
        authorize_url="https://github.com/login/oauth/authorize",
        api_base_url="https://api.github.com/",
        client_kwargs={"scope": scope, **_client_options()},
    )
    return GitHubProvider("github", "GitHub", remote, _CHOICE, organisations)


def _organisations(settings: Settings) -> frozenset[str]:
    """The groups of the settings that are organisations of GitHub.

    Anybody can found one of any free name. So beside a provider that tells groups, which the names may be of,
    an organisation counts only where its name begins with `github:`.
    """
    named = settings.allowed_groups | settings.admin_groups
    if "oidc" not in settings.sign_in_provider_ids:
        return named
    return frozenset(each for each in named if each.startswith(ORGANISATION))


def _client_options() -> dict[str, Any]:
    return {"code_challenge_method": "S256", "timeout": TIMEOUT_SECONDS, "verify": _certificates()}


@cache
def _certificates() -> ssl.SSLContext:
    """The certificates, read once: Authlib makes a client for each call, and reading takes 24 ms."""
    return httpx2.create_ssl_context()
