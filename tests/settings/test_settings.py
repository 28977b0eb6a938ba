"""The settings: where they come from, what they default to, and how a wrong one is reported."""

from pathlib import Path

import pytest

from core.errors import ConfigurationError
from core.settings import Settings

DEFAULTS = {
    "host": "127.0.0.1",
    "port": 8080,
    "public_url": "http://127.0.0.1:8080",
    "process_name": "8080",
    "data_dir": Path(".data"),
    "database_url": None,
    "migration_database_url": None,
    "storage_secret": None,
    "storage_secret_previous": None,
    "image_store_url": None,
    "replicate_api_token": None,
    "replicate_base_url": None,
    "replicate_model": "openai/gpt-image-2",
    "image_quality": "medium",
    "openai_api_key": None,
    "oidc_issuer": None,
    "oidc_client_id": None,
    "oidc_client_secret": None,
    "oidc_name": None,
    "google_client_id": None,
    "google_client_secret": None,
    "github_client_id": None,
    "github_client_secret": None,
    "allowed_emails": frozenset(),
    "allowed_email_domains": frozenset(),
    "allowed_groups": frozenset(),
    "allow_everyone": False,
    "oidc_groups_claim": "groups",
    "sign_in_days": 14,
    "admin_emails": frozenset(),
    "admin_groups": frozenset(),
    "generations_per_day": None,
    "budget_usd_per_month": None,
    "price_usd": None,
    "reads_per_second": 20,
    "changes_per_second": 2,
    "sign_ins_per_second": 1,
    "trusted_proxies": ("127.0.0.0/8", "::1"),
    "in_flight_ttl_minutes": 6,
    "log_format": "text",
    "metrics_token": None,
}
SECRET = "hunter2hunter2"


def problems_of(**variables: str) -> list[str]:
    with pytest.MonkeyPatch.context() as environment:
        for name, value in variables.items():
            environment.setenv(name, value)
        with pytest.raises(ConfigurationError) as caught:
            Settings.load()
    assert not any("\n" in problem for problem in caught.value.problems)
    return caught.value.problems


def test_lists_have_commas_and_any_length(folder: Path) -> None:
    many = ", ".join(f"Person-{number}@a.test" for number in range(10_000))
    (folder / ".env").write_text(f"ALLOWED_EMAILS={many},\nALLOWED_EMAIL_DOMAINS=A.test , b.test\n")
    settings = Settings.load()
    assert len(settings.allowed_emails) == 10_000
    assert "person-7@a.test" in settings.allowed_emails
    assert settings.allowed_email_domains == {"a.test", "b.test"}


@pytest.mark.usefixtures("folder")
def test_without_anything_set_every_setting_has_its_default() -> None:
    assert Settings.load().model_dump() == DEFAULTS


def test_the_environment_wins_over_the_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / ".env").write_text("PORT=9001\nIMAGE_QUALITY=low\nSTORAGE_SECRET='from # the file'\n")
    monkeypatch.setenv("PORT", "9002")
    settings = Settings.load()
    assert (settings.port, settings.image_quality) == (9002, "low")
    assert settings.storage_secret is not None
    assert settings.storage_secret.get_secret_value() == "from # the file"


def test_an_empty_value_is_unset(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / ".env").write_text("PORT=9001\n" + "".join(f"{name.upper()}=\n" for name in list(DEFAULTS)[2:]))
    for name in DEFAULTS:
        monkeypatch.setenv(name.upper(), "")
    assert Settings.load().model_dump() == DEFAULTS | {
        "port": 9001,
        "public_url": "http://127.0.0.1:9001",
        "process_name": "9001",
    }


def test_what_is_no_setting_of_ours_is_ignored(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / ".env").write_text(
        "GITLAB_CLIENT_ID=x\nGITLAB_CLIENT_SECRET_FILE=x\nPOSTGRES_PASSWORD_FILE=x\nOIDC_NAME_FILE=x\n"
    )
    for name in ("POST", "SPORT", "GHOST", "HOSTS", "GITLAB_CLIENT_ID", "DATABASE_URL_OF_ANOTHER_APP"):
        monkeypatch.setenv(name, "x")
    assert Settings.load().model_dump() == DEFAULTS


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("mistyped", "meant"),
    [
        ("DATABASE_ULR", "DATABASE_URL"),
        ("REPLICATE_API_TOKN", "REPLICATE_API_TOKEN"),
        ("STORAGE_SECRETS", "STORAGE_SECRET"),
        ("PUBLIC-URL", "PUBLIC_URL"),
        ("oidc_isuer", "OIDC_ISSUER"),
        ("MIGRATIONS_DATABASE_ULR", "MIGRATION_DATABASE_URL"),
        ("STORAGE_SECRET_FILES", "STORAGE_SECRET_FILE"),
        ("DATABASE_ULR_FILE", "DATABASE_URL_FILE"),
    ],
)
def test_a_mistyped_name_in_the_environment_is_reported(mistyped: str, meant: str) -> None:
    assert problems_of(**{mistyped: SECRET}) == [
        f"{mistyped.upper()}: unknown setting; did you mean {meant}?"
    ]


@pytest.mark.parametrize(("mistyped", "meant"), [("PROT", "PORT"), ("HOTS", "HOST"), ("DATADIR", "DATA_DIR")])
def test_short_names_are_judged_in_the_file_only(
    folder: Path, monkeypatch: pytest.MonkeyPatch, mistyped: str, meant: str
) -> None:
    monkeypatch.setenv(mistyped, "1")
    assert Settings.load().port == 8080
    (folder / ".env").write_text(f"{mistyped}=1\n")
    assert problems_of() == [f"{mistyped}: unknown setting; did you mean {meant}?"]


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "http"),
        ("HOST", "127.0.0.1:8080"),
        ("HOST", "[::1]"),
        ("HOST", "http://127.0.0.1"),
        ("PUBLIC_URL", "easel.example"),
        ("PUBLIC_URL", "ftp://easel.example"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://easel.example/app"),
        ("PUBLIC_URL", "https://easel.example?x=1"),
        ("PUBLIC_URL", "https://easel.example:port"),
        ("PUBLIC_URL", "https://ada@easel.example"),
        ("PUBLIC_URL", "https://easel example"),
        ("PUBLIC_URL", "https://easel.example\nX-Header: 1"),
        ("PUBLIC_URL", "https://éasel.example"),
        ("PUBLIC_URL", "https://[::1"),
        ("ALLOWED_EMAILS", "ada@a.test; ben@b.test"),
        ("ALLOWED_EMAILS", "ada"),
        ("ALLOWED_EMAILS", "@a.test"),
        ("ALLOWED_EMAIL_DOMAINS", "@a.test"),
        ("ALLOWED_EMAIL_DOMAINS", "ada@a.test"),
        ("ALLOW_EVERYONE", "perhaps"),
        ("TRUSTED_PROXIES", "proxy.example"),
        ("TRUSTED_PROXIES", "*"),
        ("TRUSTED_PROXIES", "10.0.0.0/8; 192.0.2.1"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("READS_PER_SECOND", "-1"),
        ("CHANGES_PER_SECOND", "inf"),
        ("SIGN_INS_PER_SECOND", "many"),
        ("GENERATIONS_PER_DAY", "-1"),
        ("GENERATIONS_PER_DAY", "1.5"),
        ("BUDGET_USD_PER_MONTH", "-1"),
        ("BUDGET_USD_PER_MONTH", "much"),
        ("PRICE_USD", "-0.01"),
        ("SIGN_IN_DAYS", "0"),
        ("SIGN_IN_DAYS", "366"),
        ("DATABASE_URL", f"mysql://ada:{SECRET}@db/easel"),
        ("DATABASE_URL", SECRET),
        ("DATABASE_URL", f"postgresql://ada:{SECRET}@db:port/easel"),
        ("MIGRATION_DATABASE_URL", f"sqlite:///{SECRET}.db"),
        ("REPLICATE_BASE_URL", "api.replicate.com"),
        ("REPLICATE_MODEL", "gpt-image-2"),
        ("REPLICATE_MODEL", "openai/gpt-image-2/versions"),
        ("IMAGE_QUALITY", "auto"),
        ("REPLICATE_BASE_URL", "https://api.example/\tv1"),
        ("OIDC_ISSUER", "accounts.example"),
        ("OIDC_ISSUER", "https://accounts.example/a b"),
        ("REPLICATE_API_TOKEN", f"r8_{SECRET} # a comment"),
        ("REPLICATE_API_TOKEN", f"r8_{SECRET}\u200b"),
        ("REPLICATE_API_TOKEN", f"r8_{SECRET}\n"),
        ("OPENAI_API_KEY", f"sk-{SECRET} x"),
        ("OPENAI_API_KEY", f"sk-é{SECRET}"),
        ("IN_FLIGHT_TTL_MINUTES", "0"),
        ("IN_FLIGHT_TTL_MINUTES", "61"),
        ("IN_FLIGHT_TTL_MINUTES", "soon"),
    ],
)
def test_an_invalid_value_is_one_line_that_names_the_setting(name: str, value: str) -> None:
    [problem] = problems_of(**{name: value})
    assert problem.startswith(f"{name}: ")
    assert SECRET not in problem


@pytest.mark.asvs("2.2.3")
@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"OIDC_ISSUER": "https://id.example"}, "OIDC_CLIENT_ID, OIDC_CLIENT_SECRET"),
        ({"OIDC_CLIENT_ID": "id", "OIDC_CLIENT_SECRET": SECRET}, "OIDC_ISSUER"),
        ({"GOOGLE_CLIENT_SECRET": SECRET}, "GOOGLE_CLIENT_ID"),
        ({"GITHUB_CLIENT_ID": "id"}, "GITHUB_CLIENT_SECRET"),
        ({"MIGRATION_DATABASE_URL": f"postgresql://ada:{SECRET}@db/easel"}, "DATABASE_URL"),
        ({"REPLICATE_MODEL": "openai/gpt-image-1"}, "OPENAI_API_KEY"),
        ({"REPLICATE_MODEL": "openai/gpt-image-1-mini"}, "OPENAI_API_KEY"),
    ],
)
def test_a_setting_that_another_one_needs(given: dict[str, str], missing: str) -> None:
    [problem] = problems_of(**given)
    assert problem.startswith(f"{missing}: required ")
    assert SECRET not in problem


@pytest.mark.asvs("2.2.3")
@pytest.mark.usefixtures("folder")
def test_a_budget_is_worth_a_picture_at_least() -> None:
    [problem] = problems_of(BUDGET_USD_PER_MONTH="0.04", REPLICATE_API_TOKEN="r8_x")
    assert problem == "BUDGET_USD_PER_MONTH: a picture alone costs 0.047"
    [problem] = problems_of(
        BUDGET_USD_PER_MONTH="10", REPLICATE_API_TOKEN="r8_x", REPLICATE_MODEL="somebody/else"
    )
    assert problem == "PRICE_USD: required with BUDGET_USD_PER_MONTH, for somebody/else"


@pytest.mark.usefixtures("folder")
def test_everything_that_is_wrong_is_reported_at_once() -> None:
    problems = problems_of(PORT="x", IMAGE_QUALITY="auto", DATABASE_ULR="x")
    assert [problem.partition(":")[0] for problem in problems] == ["DATABASE_ULR", "PORT", "IMAGE_QUALITY"]
    problems = problems_of(GITHUB_CLIENT_ID="x", GOOGLE_CLIENT_ID="x", REPLICATE_MODLE="x/y")
    assert len(problems) == 3


def test_a_file_that_is_no_text_is_reported_in_one_line(folder: Path) -> None:
    (folder / ".env").write_bytes("STORAGE_SECRET=ä\n".encode("latin-1"))
    [problem] = problems_of()
    assert problem.startswith(".env: cannot be read: ")


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_any_postgresql_url_is_reached_with_psycopg(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    monkeypatch.setenv("DATABASE_URL", f"{scheme}://ada:{SECRET}@db/easel?sslmode=require")
    url = Settings.load().database_url
    assert url is not None
    assert url.get_secret_value() == f"postgresql+psycopg://ada:{SECRET}@db/easel?sslmode=require"


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("given", "provider_ids"),
    [
        ({}, []),
        ({"OIDC_ISSUER": "https://id.example", "OIDC_CLIENT_ID": "x", "OIDC_CLIENT_SECRET": "x"}, ["oidc"]),
        ({"GITHUB_CLIENT_ID": "x", "GITHUB_CLIENT_SECRET": "x"}, ["github"]),
        (
            dict.fromkeys(
                ("GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET", "GOOGLE_CLIENT_ID", "GOOGLE_CLIENT_SECRET"), "x"
            ),
            ["google", "github"],
        ),
    ],
)
def test_the_sign_in_providers_that_are_set_up(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], provider_ids: list[str]
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = Settings.load()
    assert settings.sign_in_provider_ids == provider_ids
    assert settings.has_demo_sign_in == (not provider_ids)
