"""A program's pace: when to ask again, and answers that it has already."""

import pytest

from tests.api.envelopes import SUBMIT, data_of, error_of
from tests.support.database import TestDatabase
from tests.support.people import SignedIn
from tests.support.provider import EmulatedProvider

LIST = "/api/v1/generations"


@pytest.fixture
async def running(ada: SignedIn, provider: EmulatedProvider) -> str:
    """The address of a generation that runs."""
    provider.never_finish()
    return f"{LIST}/{data_of(await ada.http.post(SUBMIT, json={'prompt': 'a red kite'}))['id']}"


def ask_next_in(database: TestDatabase, seconds: int) -> None:
    database.run("UPDATE generations SET next_poll_at = now() + make_interval(secs => %s)", seconds)


async def test_a_read_says_when_asking_again_makes_sense_until_the_end(
    ada: SignedIn, running: str, provider: EmulatedProvider, database: TestDatabase
) -> None:
    ask_next_in(database, 100)
    assert (await ada.http.get(running)).headers["Retry-After"] == "100"
    ask_next_in(database, 0)
    assert (await ada.http.get(running)).headers["Retry-After"] == "1"
    provider.finish()
    ask_next_in(database, 0)
    ended = await ada.http.get(running)
    assert data_of(ended)["status"] == "succeeded"
    assert "Retry-After" not in ended.headers


@pytest.mark.parametrize("path", ["{running}", LIST])
async def test_whoever_has_it_gets_no_second_copy_until_it_changes(
    ada: SignedIn, running: str, path: str, database: TestDatabase
) -> None:
    ask_next_in(database, 100)
    path = path.format(running=running)
    first = await ada.http.get(path)
    assert first.headers["Cache-Control"] == "private, no-cache"
    for tag in (first.headers["ETag"], f'"other", W/{first.headers["ETag"]}', "*"):
        again = await ada.http.get(path, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
    database.run("UPDATE generations SET phase = 'drawing'")
    changed = await ada.http.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != first.headers["ETag"]


async def test_a_second_press_is_told_what_runs_and_when_to_look_at_it(
    ada: SignedIn, running: str, database: TestDatabase
) -> None:
    ask_next_in(database, 100)
    refused = await ada.http.post(SUBMIT, json={"prompt": "another"})
    details = error_of(refused, 409, "GENERATION_IN_FLIGHT")["details"]
    assert details == {"id": running.rpartition("/")[2]}
    assert refused.headers["Retry-After"] == "100"


async def test_a_delete_of_what_runs_is_told_so_in_the_same_way(ada: SignedIn, running: str) -> None:
    refused = await ada.http.post(f"{running}/delete")
    details = error_of(refused, 409, "GENERATION_IN_FLIGHT")["details"]
    assert details == {"id": running.rpartition("/")[2]}
    assert int(refused.headers["Retry-After"]) >= 1
