"""Processes whose clocks are hours off: times come from the database's clock, so that changes nothing."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

import httpx
import pytest

from tests.support.database import TestDatabase
from tests.support.provider import EmulatedProvider
from tests.support.servers import ROOT, EaselProcess, served_settings
from tests.support.waiting import wait_until

SUBMIT = "/api/v1/generations/submit"
OFF_BY = timedelta(hours=3)


@pytest.fixture(scope="module")
def processes(
    migrated: TestDatabase, served_provider: EmulatedProvider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[EaselProcess]]:
    """One that is three hours ahead, and one that is three hours behind."""
    shared = tmp_path_factory.mktemp("shared")
    migrated.empty()
    script = ROOT / "tests" / "support" / "wrong_clock.py"
    started = [
        EaselProcess(
            tmp_path_factory.mktemp("process"),
            script=[script, hours],
            **served_settings(migrated, served_provider.url, shared),
        )
        for hours in ("3", "-3")
    ]
    try:
        yield [process.wait_until_ready() for process in started]
    finally:
        for process in started:
            process.stop()


@pytest.fixture
def people(processes: list[EaselProcess], database: TestDatabase) -> Iterator[list[httpx.Client]]:
    """One person, at each of the processes; their login session has an hour to go."""
    database.sign_in("a token", hours=1)
    clients = [httpx.Client(base_url=one.url, cookies={"easel_session": "a token"}) for one in processes]
    yield clients
    for client in clients:
        client.close()


def state_of(person: httpx.Client, generation_id: str) -> dict[str, Any]:
    data: dict[str, Any] = person.get(f"/api/v1/generations/{generation_id}").json()["data"]
    return data


def is_stored(person: httpx.Client, generation_id: str) -> bool:
    return "/api/" in state_of(person, generation_id).get("url", "")


def test_their_clocks_are_wrong(processes: list[EaselProcess]) -> None:
    for process, off_by in zip(processes, (OFF_BY, -OFF_BY), strict=True):
        told = parsedate_to_datetime(httpx.get(f"{process.url}/healthz").headers["date"])
        assert abs(told - datetime.now(UTC) - off_by) < timedelta(minutes=1)


def test_a_run_is_neither_ended_early_nor_left_alone(
    people: list[httpx.Client], provider: EmulatedProvider, database: TestDatabase
) -> None:
    provider.never_finish()
    for person in people:
        generation_id = person.post(SUBMIT, json={"prompt": "a kite"}).json()["data"]["id"]
        assert [state_of(one, generation_id)["status"] for one in people] == ["processing"] * 2
        database.make_due()
        time.sleep(4)  # longer than the loop's period
        assert [state_of(one, generation_id)["status"] for one in people] == ["processing"] * 2
        database.age(7)
        [ended, again] = [state_of(one, generation_id) for one in people]
        assert ended["error"]["code"] == "TIMED_OUT"
        assert again == ended


def test_a_picture_comes_and_stays(people: list[httpx.Client], provider: EmulatedProvider) -> None:
    for person, other in (people, people[::-1]):
        generation_id = person.post(SUBMIT, json={"prompt": "a kite"}).json()["data"]["id"]
        wait_until(partial(is_stored, other, generation_id), 20)
        url = state_of(person, generation_id)["url"]
        assert other.get(httpx.URL(url).path).headers["content-type"] == "image/png"
        assert all("is_lost" not in item for item in other.get("/api/v1/generations").json()["data"]["items"])


def test_a_login_session_ends_when_the_database_says_so(
    people: list[httpx.Client], database: TestDatabase
) -> None:
    assert [one.get("/api/v1/generations").status_code for one in people] == [200, 200]
    database.run("UPDATE login_sessions SET expires_at = now() - interval '1 second'")
    assert [one.get("/api/v1/generations").status_code for one in people] == [401, 401]
