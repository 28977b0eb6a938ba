"""`Prefer: wait=N`: an answer is held until the generation has ended, and costs next to nothing meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import httpx
import pytest
from starlette.types import Message

from core.errors import ServiceUnavailable
from core.repositories import reads
from core.services import Upkeep
from tests.api.envelopes import SUBMIT, data_of, error_of
from tests.support.application import Started
from tests.support.database import TestDatabase
from tests.support.people import SignedIn
from tests.support.provider import EmulatedProvider
from tests.support.waiting import all_is_done, until

LIST = "/api/v1/generations"
WAIT = {"Prefer": "wait=30"}
END = """
UPDATE generations
SET status = 'failed', error_code = 'MODERATED', charge = 'not_charged', finished_at = now()
"""
MORE_THAN_CONNECTIONS = 20


@pytest.fixture
async def running(ada: SignedIn, started: Started, provider: EmulatedProvider, database: TestDatabase) -> str:
    """The address of a generation that runs, and that nobody asks the provider about: only news can tell."""
    provider.never_finish()
    generation = f"{LIST}/{data_of(await ada.http.post(SUBMIT, json={'prompt': 'a red kite'}))['id']}"
    database.run("UPDATE generations SET next_poll_at = now() + interval '1 hour'")
    await until(lambda: started.ctx.news.is_live)
    return generation


@asynccontextmanager
async def holding(
    started: Started, person: SignedIn, path: str, how_many: int = 1
) -> AsyncIterator[list[asyncio.Task[httpx.Response]]]:
    """That many reads, which are held."""
    reads = [asyncio.create_task(person.http.get(path, headers=WAIT)) for _ in range(how_many)]
    await until(lambda: len(started.ctx.held) == how_many)
    yield reads
    for each in reads:
        each.cancel()
    await asyncio.gather(*reads, return_exceptions=True)
    assert len(started.ctx.held) == 0


async def test_a_held_read_is_answered_by_news_of_the_end(
    ada: SignedIn, started: Started, running: str, database: TestDatabase
) -> None:
    async with holding(started, ada, running) as [read]:
        database.run("UPDATE generations SET phase = 'drawing'")
        assert not (await asyncio.wait([read], timeout=0.3))[0]
        database.run(END)
        reply = await read
        assert data_of(reply)["status"] == "failed"
        assert reply.headers["Preference-Applied"] == "wait=30"


async def test_after_that_time_it_is_answered_as_it_is(ada: SignedIn, running: str) -> None:
    reply = await ada.http.get(running, headers={"Prefer": "respond-async, wait=1"})
    assert data_of(reply)["status"] == "processing"
    assert reply.headers["Preference-Applied"] == "wait=1"
    assert 3590 < int(reply.headers["Retry-After"]) <= 3600


@pytest.mark.parametrize(
    ("prefer", "applied"),
    [("wait=99999", "wait=30"), ("Wait = 7", "wait=7"), ('wait="5";x', "wait=5")]
    + [
        (odd, None)
        for odd in ("wait=0", "wait=-1", "wait=soon", "wait", "await=5", "wait=5s", "return=minimal")
    ],
)
async def test_what_is_understood_is_said(ada: SignedIn, prefer: str, applied: str | None) -> None:
    generation = data_of(await ada.http.post(SUBMIT, json={"prompt": "a red kite"}))
    reply = await ada.http.get(f"{LIST}/{generation['id']}", headers={"Prefer": prefer})
    assert reply.headers.get("Preference-Applied") == applied


async def test_a_submit_can_wait_for_its_picture(
    ada: SignedIn, started: Started, provider: EmulatedProvider, database: TestDatabase
) -> None:
    provider.never_finish()
    submit = asyncio.create_task(ada.http.post(SUBMIT, json={"prompt": "a red kite"}, headers=WAIT))
    await until(lambda: len(started.ctx.held) == 1)
    provider.finish()
    reply = await submit
    assert data_of(reply)["status"] == "succeeded"
    assert reply.headers["Preference-Applied"] == "wait=30"


async def test_signing_out_ends_it_with_nothing_told(ada: SignedIn, started: Started, running: str) -> None:
    async with holding(started, ada, running) as [read]:
        await ada.http.post("/auth/logout")
        error_of(await read, 401, "UNAUTHENTICATED")


async def test_a_process_that_stops_lets_all_go_as_they_are(
    ada: SignedIn, started: Started, running: str
) -> None:
    async with holding(started, ada, running, how_many=3) as reads:
        started.ctx.held.let_go()
        replies = await asyncio.gather(*reads)
        assert [data_of(each)["status"] for each in replies] == ["processing"] * 3
    late = await ada.http.get(running, headers=WAIT)
    assert data_of(late)["status"] == "processing"


async def test_a_database_that_is_away_meanwhile_is_waited_for(
    ada: SignedIn,
    started: Started,
    running: str,
    database: TestDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    look, failures = reads.get_standing, [ServiceUnavailable()]

    async def fail_once(*args: Any, **values: Any) -> Any:
        if failures:
            raise failures.pop()
        return await look(*args, **values)

    async with holding(started, ada, running) as [held]:
        monkeypatch.setattr(reads, "get_standing", fail_once)
        database.run(END)
        assert data_of(await held)["status"] == "failed"
        assert failures == []


async def test_all_that_wait_with_one_token_share_a_look(
    ada: SignedIn,
    started: Started,
    running: str,
    database: TestDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    look, looks = reads.get_standing, list[UUID]()

    async def note(*args: Any, id: UUID, **values: Any) -> Any:
        looks.append(id)
        return await look(*args, id=id, **values)

    async with holding(started, ada, running, how_many=10) as held:
        await all_is_done(started.ctx)
        monkeypatch.setattr(reads, "get_standing", note)
        database.run(END)
        assert {data_of(reply)["status"] for reply in await asyncio.gather(*held)} == {"failed"}
    assert len(looks) == 1


async def test_who_is_held_keeps_no_connection_to_the_database(
    ada: SignedIn, started: Started, running: str
) -> None:
    async with holding(started, ada, running, how_many=MORE_THAN_CONNECTIONS):
        assert data_of(await ada.http.get(LIST))["items"]
        assert await Upkeep(started.ctx).run_once() == 0


async def test_a_client_that_hangs_up_frees_everything(ada: SignedIn, started: Started, running: str) -> None:
    has_gone = asyncio.Event()
    messages: Iterator[Message] = iter([{"type": "http.request", "body": b""}])

    async def receive() -> Message:
        if message := next(messages, None):
            return message
        await has_gone.wait()
        return {"type": "http.disconnect"}

    async def send(_: object) -> None:
        return

    listeners = dict(started.ctx.news._subscribers)
    headers = {"host": "127.0.0.1:8080", "prefer": "wait=30", **ada.cookie}
    scope = {
        "type": "http",
        "method": "GET",
        "path": running,
        "raw_path": running.encode(),
        "query_string": b"",
    }
    scope["headers"] = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    read = asyncio.create_task(started.app(scope, receive, send))
    await until(lambda: len(started.ctx.held) == 1)
    has_gone.set()
    await read
    assert len(started.ctx.held) == 0
    assert started.ctx.news._subscribers == listeners
