"""The settings: the only place that reads the environment and the `.env` file."""

import difflib
import ipaddress
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, DotEnvSettingsSource, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from core.errors import ConfigurationError

MIN_STORAGE_SECRET_LENGTH = 32
MODELS_THAT_REQUIRE_OPENAI_KEY = frozenset({"openai/gpt-image-1", "openai/gpt-image-1-mini"})
# Close enough to be a typing error, far enough that GITLAB_CLIENT_ID is not taken for GITHUB_CLIENT_ID.
_TYPING_ERROR_SIMILARITY = 0.92
_SHORTEST_TELLING_NAME = 8
_STORE_ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT", "AZURE_STORAGE_ENDPOINT")
_HOST_NAME = re.compile(r"[a-z0-9_]([\w.-]*\w)?", re.ASCII | re.IGNORECASE)

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
    image_store_url: str | None = None
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

    @field_validator("host")
    @classmethod
    def _is_host(cls, value: str) -> str:
        return _checked_host(value)

    @field_validator("public_url")
    @classmethod
    def _public_url_is_an_origin(cls, value: str) -> str:
        return _as_origin(_checked_http_url(value, path_allowed=False)) if value else value

    @field_validator("replicate_base_url", "oidc_issuer")
    @classmethod
    def _is_http_url(cls, value: str | None) -> str | None:
        return value and _checked_http_url(value, path_allowed=True)

    @field_validator("replicate_api_token", "openai_api_key")
    @classmethod
    def _fits_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        secret = value.get_secret_value() if value else ""
        if not (secret.isascii() and secret.isprintable()) or " " in secret:
            raise ValueError("has a character that no key has")
        return value

    @field_validator("database_url", "migration_database_url")
    @classmethod
    def _is_postgresql_url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        scheme, separator, rest = value.get_secret_value().partition("://")
        if not separator or scheme.split("+")[0] not in {"postgresql", "postgres"}:
            raise ValueError("must be a postgresql:// URL")
        url = f"postgresql+psycopg://{rest}"
        try:
            make_url(url)
        except (ArgumentError, ValueError):
            raise ValueError("must be like postgresql://user:password@host:5432/database") from None
        return SecretStr(url)

    @model_validator(mode="after")
    def _fill_public_url(self) -> Self:
        if not self.public_url:
            host = f"[{self.host}]" if ":" in self.host else self.host
            object.__setattr__(self, "public_url", _as_origin(f"http://{host}:{self.port}"))
        return self

    @classmethod
    def load(cls, env_file: str | None = ".env") -> "Settings":
        """Read the environment and `env_file`.

        Raises `ConfigurationError` with one line for each mistyped, invalid or half-given setting.
        """
        problems = _mistyped_names(env_file)
        try:
            settings = cls(_env_file=env_file)
        except ValidationError as error:
            problems += [_describe(detail["loc"], detail["msg"]) for detail in error.errors()]
            raise ConfigurationError(problems) from None
        problems += settings._half_given() + settings._store_endpoints()
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
        if self.migration_database_url and not self.database_url:
            problems.append("DATABASE_URL: required too with MIGRATION_DATABASE_URL")
        if self.replicate_model in MODELS_THAT_REQUIRE_OPENAI_KEY and not self.openai_api_key:
            problems.append(f"OPENAI_API_KEY: required by REPLICATE_MODEL {self.replicate_model}")
        return problems

    def _store_endpoints(self) -> list[str]:
        """These belong to the library that knows buckets, and an address without a scheme ends it."""
        given = {name: os.environ.get(name, "") for name in _STORE_ENDPOINTS if self.image_store_url}
        return [
            f"{name}: must be an http:// or https:// address"
            for name, value in given.items()
            if value and not value.startswith(("http://", "https://"))
        ]

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
        return frozenset(_as_origin(url) for url in origins)

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
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _checked_host(value: str) -> str:
    if not _HOST_NAME.fullmatch(value):
        try:
            ipaddress.ip_address(value)
        except ValueError:
            raise ValueError("must be the name or the address of a host, without a port") from None
    return value


def _checked_http_url(value: str, *, path_allowed: bool) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("must be an http:// or https:// address")
    if not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError("must be an address of plain ASCII characters")
    _checked_host(parts.hostname or "")
    if parts.path.strip("/") and not path_allowed:
        raise ValueError("must be an address without a path")
    _ = parts.port  # raises ValueError when it is not a number from 0 to 65535
    return value.rstrip("/")


def _as_origin(url: str) -> str:
    """An address as browsers write it in `Origin`: in lower case, and without the scheme's own port."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    own_port = 443 if parts.scheme == "https" else 80
    port = f":{parts.port}" if parts.port not in {None, own_port} else ""
    return f"{parts.scheme}://[{host}]{port}" if ":" in host else f"{parts.scheme}://{host}{port}"


def _describe(location: tuple[int | str, ...], message: str) -> str:
    name = ".".join(str(part) for part in location).upper() or "settings"
    return f"{name}: {message.removeprefix('Value error, ')}"


def _mistyped_names(env_file: str | None) -> list[str]:
    known = [name.upper() for name in Settings.model_fields]
    in_file = _names_in(env_file)
    problems = []
    for name in sorted(({name.upper() for name in os.environ} | in_file) - set(known)):
        if name not in in_file and len(name) < _SHORTEST_TELLING_NAME:
            continue  # the environment is full of other programs' short names
        matches = difflib.get_close_matches(name, known, n=1, cutoff=_TYPING_ERROR_SIMILARITY)
        matches += [setting for setting in known if _is_one_slip(name, setting)]
        if matches:
            problems.append(f"{name}: unknown setting; did you mean {matches[0]}?")
    return problems


def _names_in(env_file: str | None) -> set[str]:
    try:
        variables = DotEnvSettingsSource(Settings, env_file=env_file).env_vars if env_file else {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError([f"{env_file}: cannot be read: {error}"]) from None
    return {name.upper() for name in variables}


def _is_one_slip(name: str, known: str) -> bool:
    """Whether one character was added, dropped, changed or moved."""
    return not _with_one_dropped(name).isdisjoint(_with_one_dropped(known))


def _with_one_dropped(name: str) -> set[str]:
    return {name} | {name[:i] + name[i + 1 :] for i in range(len(name))}


def _kept_secret(data_dir: Path) -> SecretStr:
    path = data_dir / "storage_secret"
    # Written aside and linked into place: of two processes that start at once, one wins whole.
    draft = data_dir / f".storage_secret.{secrets.token_hex(8)}"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(MIN_STORAGE_SECRET_LENGTH))
        with suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
        secret = path.read_text().strip()
    except OSError as error:
        raise ConfigurationError([f"DATA_DIR: the storage secret cannot be kept there: {error}"]) from None
    if len(secret) < MIN_STORAGE_SECRET_LENGTH:
        raise ConfigurationError([f"STORAGE_SECRET: {path} is damaged; delete it to get a new one"])
    return SecretStr(secret)
