"""All settings, with their types and checks, and the facts that follow from them."""

from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from core.errors import ConfigurationError
from core.prices import price_usd
from core.settings.addresses import (
    Host,
    HttpUrl,
    Origin,
    PostgresqlUrl,
    as_origin,
    is_loopback,
    store_endpoint_problems,
)
from core.settings.lists import Domains, Emails, Names, Networks
from core.settings.names import mistyped_names
from core.settings.secret import kept_secret
from core.settings.secret_files import secrets_in_files
from core.settings.sign_in import SignInProviderId, complete_providers, half_given_problems

MODELS_THAT_REQUIRE_OPENAI_KEY = frozenset({"openai/gpt-image-1", "openai/gpt-image-1-mini"})

_MIN_TOKEN_LENGTH = 16


def _fits_a_header(value: SecretStr) -> SecretStr:
    secret = value.get_secret_value()
    if not (secret.isascii() and secret.isprintable()) or " " in secret:
        raise ValueError("has a character that no key has")
    return value


def _is_long(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < _MIN_TOKEN_LENGTH:
        raise ValueError(f"needs {_MIN_TOKEN_LENGTH} characters or more")
    return value


Key = Annotated[SecretStr, AfterValidator(_fits_a_header)]


class Settings(BaseSettings):
    """All settings of Easel; `.env.example` explains each of them."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    host: Host = "127.0.0.1"
    port: int = Field(default=8080, ge=1, le=65535)
    public_url: Origin = ""
    process_name: str = Field(default="", pattern=r"^[A-Za-z0-9_.:-]*$")
    data_dir: Path = Path(".data")
    database_url: PostgresqlUrl | None = None
    migration_database_url: PostgresqlUrl | None = None
    storage_secret: SecretStr | None = None
    storage_secret_previous: SecretStr | None = None
    image_store_url: str | None = None
    replicate_api_token: Key | None = None
    replicate_base_url: HttpUrl | None = None
    replicate_model: str = Field(default="openai/gpt-image-2", pattern=r"^[\w.-]+/[\w.-]+$")
    image_quality: Literal["low", "medium", "high"] = "medium"
    openai_api_key: Key | None = None
    oidc_issuer: HttpUrl | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_name: str | None = None
    google_client_id: str | None = None
    google_client_secret: SecretStr | None = None
    github_client_id: str | None = None
    github_client_secret: SecretStr | None = None
    allowed_emails: Emails = frozenset()
    allowed_email_domains: Domains = frozenset()
    allowed_groups: Names = frozenset()
    allow_everyone: bool = False
    oidc_groups_claim: str = "groups"
    sign_in_days: int = Field(default=14, ge=1, le=365)
    admin_emails: Emails = frozenset()
    admin_groups: Names = frozenset()
    generations_per_day: int | None = Field(default=None, ge=0)
    budget_usd_per_month: Decimal | None = Field(default=None, ge=0)
    price_usd: Decimal | None = Field(default=None, ge=0)
    reads_per_second: float = Field(default=20, ge=0, allow_inf_nan=False)
    changes_per_second: float = Field(default=2, ge=0, allow_inf_nan=False)
    sign_ins_per_second: float = Field(default=1, ge=0, allow_inf_nan=False)
    trusted_proxies: Networks = ("127.0.0.0/8", "::1")
    in_flight_ttl_minutes: int = Field(default=6, ge=1, le=60)
    log_format: Literal["text", "json"] = "text"
    metrics_token: Annotated[Key, AfterValidator(_is_long)] | None = None

    @model_validator(mode="after")
    def _fill_in(self) -> Self:
        if not self.public_url:
            host = f"[{self.host}]" if ":" in self.host else self.host
            object.__setattr__(self, "public_url", as_origin(f"http://{host}:{self.port}"))
        if not self.process_name:
            object.__setattr__(self, "process_name", str(self.port))
        return self

    @classmethod
    def load(cls, env_file: str | None = ".env") -> "Settings":
        """The settings from the environment and from `env_file`, and the secrets in files that they name.

        Raises `ConfigurationError` with one line for each mistyped, invalid or incomplete setting.
        """
        problems = mistyped_names(cls, env_file)
        secrets, unread = secrets_in_files(cls, env_file)
        problems += unread
        try:
            settings = cls(_env_file=env_file, **secrets)
        except ValidationError as error:
            problems += [_describe(detail["loc"], detail["msg"]) for detail in error.errors()]
            raise ConfigurationError(problems) from None
        problems += settings._problems_together()
        if problems:
            raise ConfigurationError(problems)
        return settings

    def _problems_together(self) -> list[str]:
        """A line for each setting that is valid alone, but does not fit the others."""
        problems = half_given_problems(self)
        if self.migration_database_url and not self.database_url:
            problems.append("DATABASE_URL: required too with MIGRATION_DATABASE_URL")
        if self.storage_secret_previous and not self.storage_secret:
            problems.append("STORAGE_SECRET: required too with STORAGE_SECRET_PREVIOUS")
        if self.replicate_model in MODELS_THAT_REQUIRE_OPENAI_KEY and not self.openai_api_key:
            problems.append(f"OPENAI_API_KEY: required by REPLICATE_MODEL {self.replicate_model}")
        problems += self._budget_problems()
        return problems + (store_endpoint_problems() if self.image_store_url else [])

    def _budget_problems(self) -> list[str]:
        price, budget = self.price_of_a_picture, self.budget_usd_per_month
        if budget is None:
            return []
        if price is None:
            return [f"PRICE_USD: required with BUDGET_USD_PER_MONTH, for {self.replicate_model}"]
        return [f"BUDGET_USD_PER_MONTH: a picture alone costs {price}"] if budget < price else []

    @property
    def price_of_a_picture(self) -> Decimal | None:
        """What the next picture costs, in US dollars; None where that is not known."""
        return self.price_of(self.replicate_model, self.image_quality)

    def price_of(self, model: str, quality: str | None) -> Decimal | None:
        """What a picture of that model and quality costs, in US dollars; None where that is not known.

        The demo draws by itself, whatever the model is called that it stands in for.
        """
        if self.price_usd is not None and model == self.replicate_model:
            return self.price_usd
        return Decimal(0) if self.is_demo else price_usd(model, quality)

    @property
    def is_hosted(self) -> bool:
        """Whether `HOST` or `PUBLIC_URL` is not a loopback address."""
        return not (is_loopback(self.host) and is_loopback(urlsplit(self.public_url).hostname or ""))

    @property
    def is_https(self) -> bool:
        """Whether people use Easel over https."""
        return self.public_url.startswith("https://")

    @property
    def is_demo(self) -> bool:
        """Whether the built-in demo provider is used, because no token is set."""
        return self.replicate_api_token is None

    @property
    def sign_in_provider_ids(self) -> list[SignInProviderId]:
        """The sign-in providers whose settings are complete."""
        return complete_providers(self)

    @property
    def has_demo_sign_in(self) -> bool:
        """Whether everyone may sign in as the demo user: in local mode, without a sign-in provider."""
        return not self.is_hosted and not self.sign_in_provider_ids

    @property
    def allowed_origins(self) -> frozenset[str]:
        """The origins whose pages may send changes: Easel's own, and in local mode its other names."""
        origins = {self.public_url}
        if not self.is_hosted:
            names = ("127.0.0.1", "localhost", "[::1]")
            origins.update(f"http://{name}:{self.port}" for name in names)
        return frozenset(as_origin(url) for url in origins)

    @property
    def secret_values(self) -> list[str]:
        """All secrets that are set, for the log to hide."""
        values = [getattr(self, name) for name in type(self).model_fields]
        return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]

    def with_storage_secret(self) -> "Settings":
        """These settings with a `storage_secret`: the one that is set, or the one in `data_dir`.

        Raises `ConfigurationError` when the latter cannot be written or read.
        """
        if self.storage_secret:
            return self
        return self.model_copy(update={"storage_secret": kept_secret(self.data_dir)})


def _describe(location: tuple[int | str, ...], message: str) -> str:
    name = ".".join(str(part) for part in location).upper() or "settings"
    return f"{name}: {message.removeprefix('Value error, ')}"
