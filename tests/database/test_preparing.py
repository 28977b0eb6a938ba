"""`prepared_database`: what a start needs of the database, and how it says what is missing."""

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import pytest

from core.database.compatibility import newest_revision
from core.database.connecting import role_of
from core.database.embedded import OWNING_ROLE, SERVING_ROLE, EmbeddedDatabase
from core.database.prepare import prepared_database
from core.errors import ConfigurationError
from core.limits import DatabaseLimits
from core.settings import Settings
from tests.database.plain_sql import column, connect
from tests.database.servers import servers_of
from tests.support.database import TestDatabase
from tests.support.servers import free_port

PASSWORD = "correct-horse-battery"
IMPATIENT = DatabaseLimits(start_seconds=0.1)
HOSTED = {
    "public_url": "https://easel.example",
    "storage_secret": "0123456789abcdef0123456789abcdef",
    "replicate_api_token": "r8_token",
    "github_client_id": "id",
    "github_client_secret": "secret",
    "allowed_groups": "painters",
}


def hosted(**changes: object) -> Settings:
    return Settings.model_validate(HOSTED | changes)


def local(**changes: object) -> Settings:
    return Settings.model_validate(changes)


def problems_of(settings: Settings, limits: DatabaseLimits = DatabaseLimits()) -> list[str]:
    with pytest.raises(ConfigurationError) as caught, prepared_database(settings, limits):
        pass
    assert not any("\n" in problem for problem in caught.value.problems)
    return caught.value.problems


@pytest.fixture
def password_url(migrated: TestDatabase) -> Iterator[str]:
    """The URL of a role that needs its password."""
    with connect(migrated.superuser_url) as superuser:
        superuser.execute(f"CREATE ROLE guarded LOGIN PASSWORD '{PASSWORD}'".encode())
        rules = Path(str(column(superuser, "SHOW hba_file")[0]))
        usual = rules.read_text()
        rules.write_text(f"local all guarded scram-sha-256\n{usual}")
        superuser.execute("SELECT pg_reload_conf()")
        yield migrated.serving_url.replace("//easel_app@", f"//guarded:{PASSWORD}@")
        rules.write_text(usual)
        superuser.execute("SELECT pg_reload_conf()")
        superuser.execute("DROP ROLE guarded")


def test_locally_nothing_needs_to_be_set(tmp_path: Path) -> None:
    with prepared_database(local(data_dir=tmp_path)) as url:
        assert role_of(url) == (SERVING_ROLE, True)
        with connect(url) as serving:
            assert column(serving, "SELECT version_num FROM alembic_version") == [newest_revision()]
    assert servers_of(tmp_path) == []


def test_a_start_that_fails_stops_the_server_again(tmp_path: Path) -> None:
    with prepared_database(local(data_dir=tmp_path)) as url:
        database = TestDatabase(url, url.replace(SERVING_ROLE, OWNING_ROLE))
        database.run("UPDATE alembic_version SET version_num = '9999'")
        database.run("UPDATE schema_compatibility SET oldest_code = '9999'")
    [problem] = problems_of(local(data_dir=tmp_path))
    assert "9999" in problem
    assert servers_of(tmp_path) == []


def test_a_hosted_start_with_everything_right(fresh: TestDatabase) -> None:
    settings = hosted(database_url=fresh.serving_url, migration_database_url=fresh.owning_url)
    with prepared_database(settings) as url:
        assert url == fresh.serving_url
    assert fresh.generations() == []


def test_with_database_url_alone_its_role_migrates_and_serves(fresh: TestDatabase) -> None:
    with prepared_database(hosted(database_url=fresh.owning_url)) as url, connect(url) as role:
        assert column(role, "SELECT version_num FROM alembic_version") == [newest_revision()]


@pytest.mark.asvs("12.2.1", "13.2.3")
def test_a_hosted_start_names_everything_that_is_missing_at_once(migrated: TestDatabase) -> None:
    bare = local(host="0.0.0.0", database_url=migrated.superuser_url)  # noqa: S104
    problems = problems_of(bare)
    names = [problem.partition(":")[0] for problem in problems]
    assert names == [
        "STORAGE_SECRET",
        "REPLICATE_API_TOKEN",
        "sign-in",
        "admission",
        "PUBLIC_URL",
        "DATABASE_URL",
    ]
    assert all(": set " in problem or ": use " in problem for problem in problems)


def test_what_is_missing_is_told_with_a_database_that_is_away() -> None:
    away = f"postgresql://ada@127.0.0.1:{free_port()}/easel"
    problems = problems_of(hosted(storage_secret=None, database_url=away), IMPATIENT)
    assert [problem.partition(":")[0] for problem in problems] == ["STORAGE_SECRET", "DATABASE_URL"]


@pytest.mark.parametrize(
    ("lacking", "named"),
    [
        ({"storage_secret": None}, "STORAGE_SECRET: set it to 32 random characters or more"),
        ({"storage_secret": "x" * 31}, "STORAGE_SECRET: set it to 32 random characters or more"),
        ({"storage_secret_previous": "x" * 31}, "STORAGE_SECRET_PREVIOUS: take it away"),
        ({"replicate_api_token": None}, "REPLICATE_API_TOKEN: set it to a token"),
        ({"github_client_secret": None}, "sign-in: set OIDC_ISSUER"),
        ({"allowed_groups": ""}, "admission: set ALLOWED_EMAILS"),
        ({"public_url": "http://easel.example"}, "PUBLIC_URL: set it to the https:// address"),
    ],
)
def test_a_hosted_start_needs(lacking: dict[str, object], named: str) -> None:
    [problem] = problems_of(hosted(**lacking))
    assert problem.startswith(named)


def test_a_hosted_start_refuses_a_role_that_no_policy_binds(migrated: TestDatabase) -> None:
    [problem] = problems_of(hosted(database_url=migrated.superuser_url))
    assert problem.startswith("DATABASE_URL: use a role without SUPERUSER and BYPASSRLS")


def test_a_local_start_warns_of_a_role_that_no_policy_binds(
    fresh: TestDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    with prepared_database(local(database_url=fresh.superuser_url)):
        pass
    assert "DATABASE_URL: use a role without SUPERUSER and BYPASSRLS" in caplog.text


def test_a_database_that_stays_away_is_one_line_without_the_password() -> None:
    port = free_port()
    settings = local(database_url=f"postgresql://ada:{PASSWORD}@127.0.0.1:{port}/easel")
    [problem] = problems_of(settings, IMPATIENT)
    assert problem.startswith("DATABASE_URL: the database does not let us in: ")
    assert f"port {port} failed: Connection refused" in problem
    assert PASSWORD not in problem


def test_a_database_that_is_still_starting_is_waited_for(tmp_path: Path) -> None:
    embedded = EmbeddedDatabase(tmp_path)
    embedded.stop()
    started: list[EmbeddedDatabase] = []
    timer = Timer(0.2, lambda: started.append(EmbeddedDatabase(tmp_path)))
    timer.start()
    assert role_of(embedded.url(SERVING_ROLE)) == (SERVING_ROLE, True)
    timer.join()
    started[0].stop()


def test_waiting_does_not_help_against(password_url: str, migrated: TestDatabase) -> None:
    wrong = {
        "authentication failed": password_url.replace(PASSWORD, "wrong"),
        "no password supplied": password_url.replace(f":{PASSWORD}", ""),
        'role "nobody" does not exist': migrated.serving_url.replace("//easel_app@", "//nobody@"),
        'database "none" does not exist': migrated.serving_url.replace("/easel?", "/none?"),
        "invalid connection option": f"{migrated.serving_url}&nonsense=1",
    }
    started = time.monotonic()
    for reason, url in wrong.items():
        [problem] = problems_of(local(database_url=url))
        assert reason in problem
        assert PASSWORD not in problem
    assert time.monotonic() - started < 5
    assert role_of(password_url).name == "guarded"
