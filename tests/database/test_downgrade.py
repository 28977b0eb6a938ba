"""The way back to an older migration, by the command line; `tests/hosting` goes it with real processes."""

from collections.abc import Callable

import pytest

from core.database.compatibility import newest_revision
from core.database.downgrade import run_downgrade
from core.database.embedded import SERVING_ROLE
from core.database.migrate import migrate
from core.errors import ConfigurationError
from core.limits import DatabaseLimits
from core.settings import Settings
from tests.support.database import TestDatabase

Command = Callable[..., int]


@pytest.fixture
def run(fresh: TestDatabase) -> Command:
    migrate(fresh.owning_url, SERVING_ROLE)
    settings = Settings.model_validate(
        {"database_url": fresh.serving_url, "migration_database_url": fresh.owning_url}
    )
    return lambda *arguments: run_downgrade(settings, list(arguments), DatabaseLimits())


def revision(database: TestDatabase) -> str:
    [row] = database.run("SELECT version_num FROM alembic_version")
    return str(row["version_num"])


def test_a_look_counts_what_no_policy_shows_and_changes_nothing(
    run: Command, fresh: TestDatabase, capsys: pytest.CaptureFixture[str]
) -> None:
    fresh.sign_in("a token")
    assert run("downgrade", "0010") == 1
    told = capsys.readouterr().out.splitlines()
    assert told[0] == f"From migration {newest_revision()} to 0010 these would be lost:"
    assert {"- login_sessions.id: 1 row", "- audit_log: 0 rows"} <= set(told)
    assert told[-1].startswith("Nothing was changed: ")
    assert revision(fresh) == newest_revision()
    forced = fresh.run("SELECT 1 FROM pg_class WHERE relname = 'audit_log' AND relforcerowsecurity")
    assert len(forced) == 1


@pytest.mark.parametrize("arguments", [["0010"], ["0010", "--yes"]], ids=["a look", "with yes"])
def test_a_database_in_use_is_not_waited_for(
    run: Command, fresh: TestDatabase, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    """Whoever came after would wait behind it, and with them all of Easel."""
    with fresh.connect_as_serving_role() as reader:
        reader.execute("SELECT count(*) FROM login_sessions")
        with pytest.raises(ConfigurationError, match="stop every Easel, then do it again"):
            run("downgrade", *arguments)
    assert capsys.readouterr().err.startswith("Stop every Easel first: ")
    assert revision(fresh) == newest_revision()


def test_with_yes_it_is_done(run: Command, fresh: TestDatabase, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("downgrade", "0010", "--yes") == 0
    assert capsys.readouterr().out.endswith(f"went from migration {newest_revision()} to 0010\n")
    assert revision(fresh) == "0010"


def test_a_migration_that_nobody_knows_is_refused(run: Command, fresh: TestDatabase) -> None:
    with pytest.raises(ConfigurationError, match=r"^the migrations do not run: Can't locate revision"):
        run("downgrade", "9999", "--yes")
    assert revision(fresh) == newest_revision()


def test_what_is_no_command_is_told(run: Command, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["upgrade"], ["downgrade"]):
        with pytest.raises(SystemExit) as ended:
            run(*arguments)
        assert ended.value.code == 2
    assert "usage: easel" in capsys.readouterr().err
