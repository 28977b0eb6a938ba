"""The embedded server: what it makes, where it listens, what it finds left over."""

import os
import stat
from pathlib import Path

import pytest

from core.database.embedded import OWNING_ROLE, SERVING_ROLE, EmbeddedDatabase
from core.errors import ConfigurationError
from tests.database.plain_sql import column, connect
from tests.database.servers import kill_server, running, servers_of
from tests.support.database import TestDatabase

WHOAMI = "SELECT current_user::text"


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose server has been stopped, with a table that must never be lost."""
    folder = tmp_path_factory.mktemp("embedded")
    with running(folder) as embedded, connect(embedded.url(OWNING_ROLE)) as owner:
        owner.execute("CREATE TABLE kept AS SELECT 'kept'::text AS word")
    return folder


def kept(embedded: EmbeddedDatabase) -> list[object]:
    with connect(embedded.url(OWNING_ROLE)) as owner:
        return column(owner, "SELECT word FROM kept")


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_an_owning_and_a_serving_role_reach_the_database(data_dir: Path) -> None:
    with running(data_dir) as embedded:
        for role in (OWNING_ROLE, SERVING_ROLE):
            with connect(embedded.url(role)) as connection:
                assert column(connection, WHOAMI) == [role]
        with connect(embedded.url(SERVING_ROLE)) as serving:
            owner = column(serving, "SELECT datdba::regrole::text FROM pg_database WHERE datname = 'easel'")
            assert owner == [OWNING_ROLE]


def test_only_its_own_user_reaches_the_server(data_dir: Path) -> None:
    """It trusts whoever reaches its socket, and listens nowhere else."""
    with running(data_dir) as embedded, connect(embedded.url(SERVING_ROLE)) as serving:
        assert mode_of(data_dir / "postgres" / ".s.PGSQL.5432") == 0o700
        assert mode_of(data_dir / "postgres") == 0o700
        assert column(serving, "SHOW listen_addresses") == [""]


def test_the_last_one_to_leave_stops_the_server(data_dir: Path) -> None:
    first, second = EmbeddedDatabase(data_dir), EmbeddedDatabase(data_dir)
    [server] = servers_of(data_dir)
    first.stop()
    assert servers_of(data_dir) == [server]
    assert kept(second) == ["kept"]
    second.stop()
    assert servers_of(data_dir) == []


def test_a_killed_server_is_replaced(data_dir: Path) -> None:
    abandoned = EmbeddedDatabase(data_dir)
    killed = kill_server(data_dir)
    with running(data_dir) as embedded:
        assert servers_of(data_dir) != [killed]
        assert kept(embedded) == ["kept"]
        abandoned.stop()
        assert kept(embedded) == ["kept"]


def pid_file(pid: object, data_dir: Path) -> bytes:
    """What a server that started before a reboot has left behind."""
    folder = data_dir / "postgres"
    return f"{pid}\n{folder}\n1700000000\n5432\n{folder}\n\n1 1\nready\n".encode()


def test_a_pid_file_that_names_another_program_is_discarded(data_dir: Path) -> None:
    (data_dir / "postgres" / "postmaster.pid").write_bytes(pid_file(os.getpid(), data_dir))
    with running(data_dir) as embedded:
        assert kept(embedded) == ["kept"]


def test_a_pid_file_that_names_another_folders_server_is_discarded(
    data_dir: Path, migrated: TestDatabase
) -> None:
    backend = migrated.run("SELECT pg_backend_pid() AS pid, current_setting('data_directory') AS folder")[0]
    [other] = servers_of(Path(backend["folder"]).parent)
    (data_dir / "postgres" / "postmaster.pid").write_bytes(pid_file(other.pid, data_dir))
    (data_dir / "postgres" / ".s.PGSQL.5432.lock").write_text(f"{other.pid}\n")
    with running(data_dir) as embedded:
        assert kept(embedded) == ["kept"]


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"-1\n", b"99999999999999999999\n"],
)
def test_a_pid_file_of_garbage_is_discarded(data_dir: Path, content: bytes) -> None:
    (data_dir / "postgres" / "postmaster.pid").write_bytes(content)
    with running(data_dir) as embedded:
        assert kept(embedded) == ["kept"]


def test_a_server_that_another_container_runs_is_left_alone(data_dir: Path) -> None:
    """Its process is not to be seen, but its socket answers: a second server would ruin the data."""
    path = data_dir / "postgres" / "postmaster.pid"
    with running(data_dir) as embedded:
        content = path.read_bytes()
        path.write_bytes(b"4194304\n" + content.partition(b"\n")[2])
        with pytest.raises(ConfigurationError, match=r"^DATA_DIR: a PostgreSQL of another container"):
            EmbeddedDatabase(data_dir)
        path.write_bytes(content)
        assert len(servers_of(data_dir)) == 1
        assert kept(embedded) == ["kept"]


def test_a_server_without_its_socket_is_reported_in_one_line(data_dir: Path) -> None:
    with running(data_dir):
        (data_dir / "postgres" / ".s.PGSQL.5432").unlink()
        with pytest.raises(ConfigurationError) as caught:
            EmbeddedDatabase(data_dir)
    [problem] = caught.value.problems
    assert problem.startswith("DATA_DIR: the embedded PostgreSQL runs, but does not let us in: ")
    assert "\n" not in problem


def test_the_environment_does_not_move_the_server(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPORT", "6543")
    with running(data_dir):
        monkeypatch.setenv("PGPORT", "7654")
        with running(data_dir) as joined:
            assert kept(joined) == ["kept"]
        assert (data_dir / "postgres" / ".s.PGSQL.5432").is_socket()


def test_a_folder_whose_making_was_cut_short_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("18\n")
    (tmp_path / "postgres.unfinished").touch()
    with running(tmp_path) as embedded, connect(embedded.url(SERVING_ROLE)) as serving:
        assert column(serving, WHOAMI) == [SERVING_ROLE]
    assert not (tmp_path / "postgres.unfinished").exists()


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "diary.txt").touch()
    for _ in range(2):
        with pytest.raises(
            ConfigurationError, match=r"^DATA_DIR: .*postgres holds something that is not Easel's$"
        ):
            EmbeddedDatabase(tmp_path)
    assert [path.name for path in (tmp_path / "postgres").iterdir()] == ["diary.txt"]


@pytest.mark.parametrize("name", ["x" * 108, "my data & more, 100 % é"], ids=["too long", "odd"])
def test_the_socket_is_elsewhere_when_it_cannot_be_in_the_folder(tmp_path: Path, name: str) -> None:
    with running(tmp_path / name) as embedded, connect(embedded.url(SERVING_ROLE)) as serving:
        socket_dir = Path(serving.info.host)
        assert not socket_dir.is_relative_to(tmp_path)
        assert mode_of(socket_dir) == 0o700
        assert mode_of(socket_dir / ".s.PGSQL.5432") == 0o700
    assert not socket_dir.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts the server as another user")
def test_root_opens_closed_folders_for_passing_through_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    of_another_group, of_root = tmp_path / "other", tmp_path / "other" / "home"
    of_root.mkdir(parents=True, mode=0o700)
    of_root.chmod(0o700)
    os.chown(of_another_group, 12345, 12345)
    of_another_group.chmod(0o700)
    with running(of_root / "data"):
        assert mode_of(of_another_group) == 0o701
        assert mode_of(of_root) == 0o710
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert any(f"{of_root} was opened for passing through (mode 710, was 700)" in line for line in warnings)
    assert any(f"{of_another_group} was opened" in line for line in warnings)


def test_a_folder_that_cannot_be_made_is_reported_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match=r"^DATA_DIR: the database cannot be kept there: .*file"):
        EmbeddedDatabase(tmp_path / "file")


def test_a_server_that_does_not_start_is_reported_with_its_log(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(ConfigurationError) as caught:
        EmbeddedDatabase(tmp_path)
    [problem] = caught.value.problems
    assert problem.startswith("DATA_DIR: the embedded PostgreSQL in ")
    assert str(tmp_path / "postgres" / "log") in problem
