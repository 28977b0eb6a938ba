"""A process killed at any point of submit, poll, copy or cancel: another one keeps the promises.

`make kill-test` kills at each point 20 times, CI once.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args
from uuid import UUID, uuid4

import httpx
import pytest

from core.points import Point
from tests.support.database import TestDatabase
from tests.support.provider import EmulatedProvider
from tests.support.servers import ROOT, EaselProcess, served_settings

TOKEN = "a token for the kill test"
SECONDS = 40.0
OF_AN_ACCOUNT = [each for each in get_args(Point) if each.startswith("delete account")]
WITHOUT_A_PICTURE = {"submit: row written", "cancel: provider confirmed"}


@pytest.fixture(scope="module")
def settings_of_both(
    migrated: TestDatabase, served_provider: EmulatedProvider, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    migrated.empty()
    return served_settings(migrated, served_provider.url, tmp_path_factory.mktemp("shared"))


@pytest.fixture(scope="module")
def survivor(
    settings_of_both: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EaselProcess]:
    with EaselProcess(tmp_path_factory.mktemp("survivor"), **settings_of_both) as process:
        yield process


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "kill" in metafunc.fixturenames:
        metafunc.parametrize("kill", range(metafunc.config.getoption("--kills")))


@pytest.mark.parametrize("point", [each for each in get_args(Point) if each not in OF_AN_ACCOUNT])
def test_nothing_is_lost_and_nothing_paid_twice(  # noqa: PLR0917
    point: Point,
    kill: int,
    settings_of_both: dict[str, Any],
    survivor: EaselProcess,
    database: TestDatabase,
    provider: EmulatedProvider,
    tmp_path: Path,
) -> None:
    database.sign_in(TOKEN)
    if point.startswith("cancel"):
        provider.never_finish()
    victim = EaselProcess(
        tmp_path, script=[ROOT / "tests" / "support" / "killable.py", point], **settings_of_both
    ).wait_until_ready()
    key = f"{point} {kill}"
    live_and_die(victim, key, cancels=point.startswith("cancel"))
    assert victim.wait() == -9
    provider.emulator.seconds_to_draw = 0.0
    due_now(database)

    with client(survivor) as http:
        again = http.post(
            "/api/v1/generations/submit", json={"prompt": "x"}, headers={"Idempotency-Key": key}
        )
        assert again.status_code == 200, again.text
        state = settled(http, again.json()["data"]["id"], database)
        if state["status"] == "succeeded":
            provider.emulator.predictions.clear()
            assert http.get(state["url"]).headers["content-type"] == "image/png"
        assert state["status"] == ("failed" if point in WITHOUT_A_PICTURE else "succeeded")
        assert provider.creates == (0 if point == "submit: row written" else 1)
        assert http.post("/api/v1/generations/submit", json={"prompt": "next"}).status_code == 200


@pytest.mark.parametrize("point", OF_AN_ACCOUNT)
def test_an_account_that_was_half_deleted_is_deleted(  # noqa: PLR0917
    point: Point,
    kill: int,
    settings_of_both: dict[str, Any],
    survivor: EaselProcess,
    database: TestDatabase,
    tmp_path: Path,
) -> None:
    owner_id = uuid4()
    database.sign_in(TOKEN, owner_id)
    with client(survivor) as http:
        made = http.post("/api/v1/generations/submit", json={"prompt": "x"}, headers={"Prefer": "wait=10"})
        settled(http, made.json()["data"]["id"], database)
    victim = EaselProcess(
        tmp_path, script=[ROOT / "tests" / "support" / "killable.py", point], **settings_of_both
    ).wait_until_ready()
    with client(victim) as http, pytest.raises(httpx.TransportError):
        http.post("/api/v1/me/delete", json={"confirm": "delete my account"})
    assert victim.wait() == -9
    with client(survivor) as http:
        assert http.get("/api/v1/me").status_code == 401
    folder = Path(settings_of_both["DATA_DIR"]) / "pictures" / str(owner_id)
    deadline = time.monotonic() + SECONDS
    while database.run("SELECT 1 FROM generations") or any(folder.glob("*")):
        assert time.monotonic() < deadline, "something is left"
        database.run("UPDATE account_deletions SET due_at = now()")
        time.sleep(0.2)
    assert {row["owner_id"] for row in database.run("SELECT owner_id FROM ledger")} == {UUID(int=0)}


def client(process: EaselProcess) -> httpx.Client:
    return httpx.Client(base_url=process.url, cookies={"easel_session": TOKEN}, timeout=30)


def live_and_die(victim: EaselProcess, key: str, *, cancels: bool) -> None:
    """Press Generate, then read or cancel until the process is gone."""
    with client(victim) as http:
        try:
            submitted = http.post(
                "/api/v1/generations/submit", json={"prompt": "x"}, headers={"Idempotency-Key": key}
            )
            path = f"/api/v1/generations/{submitted.json()['data']['id']}"
            deadline = time.monotonic() + SECONDS
            while time.monotonic() < deadline:
                http.post(f"{path}/cancel") if cancels else http.get(path)
                time.sleep(0.05)
        except httpx.TransportError:
            return
    raise AssertionError("the process did not die")


def settled(http: httpx.Client, generation_id: str, database: TestDatabase) -> dict[str, Any]:
    """The state once it has ended, and its picture, if any, is in our own store."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        due_now(database)
        state: dict[str, Any] = http.get(f"/api/v1/generations/{generation_id}").json()["data"]
        is_stored = "/api/" in state.get("url", "")
        if state["status"] == "failed" or (state["status"] == "succeeded" and is_stored):
            return state
        time.sleep(0.1)
    raise AssertionError(f"not settled: {state}")


def due_now(database: TestDatabase) -> None:
    """Minutes later: the orphan's grace is over, and the loop's time has come."""
    database.run(
        "UPDATE generations SET created_at = now() - interval '100 seconds' WHERE status = 'processing'"
        " AND external_id IS NULL AND created_at > now() - interval '90 seconds'"
    )
    database.make_due()
