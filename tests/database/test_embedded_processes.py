"""The embedded server and real processes: as a newcomer starts Easel, with `DATA_DIR` and `PORT` only."""

from pathlib import Path
from uuid import uuid4

from core.database.embedded import OWNING_ROLE
from tests.database.plain_sql import add_generation
from tests.database.servers import kill_server, servers_of
from tests.support.database import TestDatabase
from tests.support.servers import EaselProcess


def start(folder: Path) -> EaselProcess:
    return EaselProcess(folder, DATA_DIR=str(folder / "data"))


def database_of(folder: Path) -> TestDatabase:
    url = f"postgresql+psycopg://{OWNING_ROLE}@/easel?host={folder / 'data' / 'postgres'}"
    return TestDatabase(serving_url=url, owning_url=url)


def prompts(folder: Path) -> list[object]:
    return [row["prompt"] for row in database_of(folder).generations()]


def test_processes_that_start_together_share_a_server_that_stops_with_the_last(tmp_path: Path) -> None:
    first, second = start(tmp_path), start(tmp_path)
    with first, second:
        [server] = servers_of(tmp_path / "data")
        assert first.stop(timeout=10) == 0
        assert servers_of(tmp_path / "data") == [server]
        second.wait_until_ready()
        assert second.stop(timeout=10) == 0
        assert servers_of(tmp_path / "data") == []


def test_after_a_killed_app_its_server_is_found_again_and_stopped_in_the_end(tmp_path: Path) -> None:
    with start(tmp_path) as killed:
        [server] = servers_of(tmp_path / "data")
        add_generation(database_of(tmp_path), uuid4(), "kept")
        killed.kill()
    with start(tmp_path):
        assert servers_of(tmp_path / "data") == [server]
        assert prompts(tmp_path) == ["kept"]
    assert servers_of(tmp_path / "data") == []


def test_after_app_and_server_were_killed_nothing_is_lost(tmp_path: Path) -> None:
    with start(tmp_path) as killed:
        add_generation(database_of(tmp_path), uuid4(), "kept")
        killed.kill()
        server = kill_server(tmp_path / "data")
    with start(tmp_path):
        assert servers_of(tmp_path / "data") != [server]
        assert prompts(tmp_path) == ["kept"]
    assert servers_of(tmp_path / "data") == []
