"""The settings: the only place that reads the environment and the `.env` file."""

import difflib
import ipaddress
import os
import secrets
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, SettingsConfigDict

from core.errors import ConfigurationError

MIN_STORAGE_SECRET_LENGTH = 32
MODELS_THAT_REQUIRE_OPENAI_KEY = frozenset({"openai/gpt-image-1", "openai/gpt-image-1-mini"})
# Close enough to be a typing error, far enough that GITLAB_CLIENT_ID is not taken for GITHUB_CLIENT_ID.
_TYPING_ERROR_SIMILARITY = 0.92

SignInProviderId = Literal["oidc", "google", "github"]


class Settings(BaseSettings):
    """Every setting of Easel, typed and checked; see `.env.example` for what each one means."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    public_url: str = ""
    data_dir: Path = Path(".data")
    database_url: SecretStr | None = None
    migration_database_url: SecretStr | None = None
    storage_secret: SecretStr | None = None
    replicate_api_token: SecretStr | None = None
    replicate_base_url: str | None = None
    replicate_model: str = Field(default="openai/gpt-image-2", pattern=r"^[\w.-]+/[\w.-]+$")
    image_quality: Literal["low", "medium", "high"] = "medium"
    openai_api_key: SecretStr | None = None
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_name: str | None = None
    google_client_id: str | None = None
    google_client_secret: SecretStr | None = None
    github_client_id: str | None = None
    github_client_secret: SecretStr | None = None
    in_flight_ttl_minutes: int = Field(default=6, ge=1, le=60)

    @field_validator("public_url")
    @classmethod
    def _public_url_is_an_origin(cls, value: str) -> str:
        return _checked_http_url(value, path_allowed=False) if value else value

    @field_validator("replicate_base_url", "oidc_issuer")
    @classmethod
    def _is_http_url(cls, value: str | None) -> str | None:
        return value and _checked_http_url(value, path_allowed=True)

    @field_validator("database_url", "migration_database_url")
    @classmethod
    def _is_postgresql_url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        scheme, separator, rest = value.get_secret_value().partition("://")
        if not separator or scheme.split("+")[0] not in {"postgresql", "postgres"}:
            raise ValueError("must be a postgresql:// URL")
        return SecretStr(f"postgresql+psycopg://{rest}")

    @model_validator(mode="after")
    def _fill_public_url(self) -> Self:
        if not self.public_url:
            host = f"[{self.host}]" if ":" in self.host else self.host
            object.__setattr__(self, "public_url", f"http://{host}:{self.port}")
        return self

    @classmethod
    def load(cls, env_file: str | None = ".env") -> "Settings":
        """Read the environment and `env_file`.

        Raises `ConfigurationError` with one line for each mistyped, invalid or half-given setting.
        """
        try:
            settings = cls(_env_file=env_file)
        except ValidationError as error:
            problems = [_describe(detail["loc"], detail["msg"]) for detail in error.errors()]
            raise ConfigurationError(problems) from None
        problems = _mistyped_names(env_file) + settings._half_given()
        if problems:
            raise ConfigurationError(problems)
        return settings

    def _half_given(self) -> list[str]:
        problems = []
        for provider_id, parts in _SIGN_IN_PARTS.items():
            given = [name for name in parts if getattr(self, name)]
            if given and len(given) < len(parts):
                missing = ", ".join(name.upper() for name in parts if name not in given)
                problems.append(f"{missing}: required too for sign-in with {provider_id}")
        if self.replicate_model in MODELS_THAT_REQUIRE_OPENAI_KEY and not self.openai_api_key:
            problems.append(f"OPENAI_API_KEY: required by REPLICATE_MODEL {self.replicate_model}")
        return problems

    @property
    def is_hosted(self) -> bool:
        """True when `HOST` or `PUBLIC_URL` is not a loopback address."""
        return not (is_loopback(self.host) and is_loopback(urlsplit(self.public_url).hostname or ""))

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def is_demo(self) -> bool:
        """True when no token is set, so that the built-in demo provider answers."""
        return self.replicate_api_token is None

    @property
    def sign_in_provider_ids(self) -> list[SignInProviderId]:
        return [
            provider_id
            for provider_id, parts in _SIGN_IN_PARTS.items()
            if all(getattr(self, name) for name in parts)
        ]

    @property
    def has_demo_sign_in(self) -> bool:
        return not self.is_hosted and not self.sign_in_provider_ids

    @property
    def allowed_origins(self) -> frozenset[str]:
        """The origins from which a browser may change things: ours, and in local mode its other names."""
        origins = {self.public_url}
        if not self.is_hosted:
            names = ("127.0.0.1", "localhost", "[::1]")
            origins.update(f"http://{name}:{self.port}" for name in names)
        return frozenset(origins)

    @property
    def secret_values(self) -> list[str]:
        """Every secret that is set, so that the log can hide them."""
        values = [getattr(self, name) for name in type(self).model_fields]
        return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]

    def missing_for_hosting(self) -> list[str]:
        """One line, with its mend, for each setting that a hosted start lacks; empty in local mode."""
        if not self.is_hosted:
            return []
        secret = self.storage_secret.get_secret_value() if self.storage_secret else ""
        checks = {
            "STORAGE_SECRET: set it to 32 random characters or more, the same on every process "
            '(python -c "import secrets; print(secrets.token_urlsafe(32))")': len(secret)
            >= MIN_STORAGE_SECRET_LENGTH,
            "REPLICATE_API_TOKEN: set it to a token of your Replicate account": not self.is_demo,
            "sign-in: set OIDC_ISSUER, OIDC_CLIENT_ID and OIDC_CLIENT_SECRET, or GOOGLE_CLIENT_ID and "
            "GOOGLE_CLIENT_SECRET, or GITHUB_CLIENT_ID and GITHUB_CLIENT_SECRET": bool(
                self.sign_in_provider_ids
            ),
            "PUBLIC_URL: set it to the https:// address that people use": self.is_https,
        }
        return [problem for problem, is_met in checks.items() if not is_met]

    def with_storage_secret(self) -> "Settings":
        """These settings with a `storage_secret`: the given one, or one kept in `data_dir` (mode 0600)."""
        if self.storage_secret:
            return self
        return self.model_copy(update={"storage_secret": _kept_secret(self.data_dir)})


_SIGN_IN_PARTS: dict[SignInProviderId, tuple[str, ...]] = {
    "oidc": ("oidc_issuer", "oidc_client_id", "oidc_client_secret"),
    "google": ("google_client_id", "google_client_secret"),
    "github": ("github_client_id", "github_client_secret"),
}


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an address, means this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _checked_http_url(value: str, *, path_allowed: bool) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be an http:// or https:// address")
    if parts.path.strip("/") and not path_allowed:
        raise ValueError("must be an address without a path")
    _ = parts.port  # raises ValueError when it is not a number from 0 to 65535
    return value.rstrip("/")


def _describe(location: tuple[int | str, ...], message: str) -> str:
    name = ".".join(str(part) for part in location).upper() or "settings"
    return f"{name}: {message.removeprefix('Value error, ')}"


def _mistyped_names(env_file: str | None) -> list[str]:
    known = [name.upper() for name in Settings.model_fields]
    in_file = DotEnvSettingsSource(Settings, env_file=env_file).env_vars if env_file else {}
    problems = []
    for name in sorted({name.upper() for name in (*os.environ, *in_file)} - set(known)):
        matches = difflib.get_close_matches(name, known, n=1, cutoff=_TYPING_ERROR_SIMILARITY)
        if matches:
            problems.append(f"{name}: unknown setting; did you mean {matches[0]}?")
    return problems


def _kept_secret(data_dir: Path) -> SecretStr:
    path = data_dir / "storage_secret"
    data_dir.mkdir(parents=True, exist_ok=True)
    secret = secrets.token_urlsafe(MIN_STORAGE_SECRET_LENGTH)
    # Written aside and linked into place: of two processes that start at once, one wins whole.
    draft = data_dir / f".storage_secret.{os.getpid()}"
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secret)
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        secret = path.read_text().strip()
    finally:
        draft.unlink()
    return SecretStr(secret)
