"""PgBouncer in transaction mode in front of PostgreSQL: each transaction may meet another server process."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from core.database.embedded import SERVING_ROLE
from core.database.migrate import migrate
from core.settings import Settings
from tests.hosting.pgbouncer import pgbouncer
from tests.support.application import started_app
from tests.support.database import TestDatabase
from tests.support.people import signed_in, simulated
from tests.support.provider import EmulatedProvider
from tests.support.servers import EaselProcess, served_settings
from tests.support.waiting import wait_until
from ui import lookout

PROCESSES = 4
PEOPLE = 12
SECONDS = 6.0
API = "/api/v1/generations"

Answers = Counter[int]


@pytest.fixture
def pooled(fresh: TestDatabase) -> Iterator[TestDatabase]:
    with pgbouncer(fresh) as pooled:
        yield pooled


@pytest.fixture
def processes(
    pooled: TestDatabase, provider: EmulatedProvider, tmp_path: Path
) -> Iterator[list[EaselProcess]]:
    """All started at once, on a database that no migration has seen."""
    settings = served_settings(pooled, provider.url, tmp_path / "data")
    with ExitStack() as running:
        started = [EaselProcess(tmp_path, **settings) for _ in range(PROCESSES)]
        for each in started:
            running.callback(each.stop)
        yield [each.wait_until_ready() for each in started]


async def paint(url: str, token: str, answers: Answers, deadline: float) -> None:
    """What a program does, at whichever process, until the deadline; at least once."""
    async with httpx.AsyncClient(base_url=url, cookies={"easel_session": token}, timeout=40) as http:
        is_first = True
        while is_first or time.monotonic() < deadline:
            is_first = False
            created = await http.post(f"{API}/submit", json={"prompt": "a red kite"})
            answers[created.status_code] += 1
            path = f"{API}/{created.json()['data']['id']}"
            while True:
                read = await http.get(path)
                listed = await http.get(API, params={"limit": "5", "q": "kite"})
                answers.update((read.status_code, listed.status_code))
                if read.json()["data"]["status"] != "processing":
                    break
            answers.update([(await http.post(f"{path}/delete")).status_code])


async def test_four_starts_at_once_and_everything_people_do_then(
    processes: list[EaselProcess], fresh: TestDatabase
) -> None:
    for easel in processes:
        assert "Behind a pooler" in easel.log.read_text()
    # A lock that were left with a server process of the pooler's would stay, and the next start hang.
    wait_until(lambda: not fresh.run("SELECT 1 FROM pg_locks WHERE locktype = 'advisory'"))
    answers: Answers = Counter()
    deadline = time.monotonic() + SECONDS
    async with asyncio.TaskGroup() as people:
        for number in range(PEOPLE):
            token = uuid4().hex
            fresh.sign_in(token)
            people.create_task(paint(processes[number % PROCESSES].url, token, answers, deadline))
    assert set(answers) == {200}, answers
    assert answers[200] > 10 * PEOPLE
    for easel in processes:
        assert "prepared statement" not in easel.log.read_text()


async def test_what_one_process_ends_is_seen_at_another_without_news(
    processes: list[EaselProcess], fresh: TestDatabase, provider: EmulatedProvider
) -> None:
    """`LISTEN` means nothing behind a pooler: who waits looks by itself, once in a while."""
    provider.never_finish()
    token = uuid4().hex
    fresh.sign_in(token)
    cookies = {"easel_session": token}
    async with (
        httpx.AsyncClient(base_url=processes[0].url, cookies=cookies, timeout=40) as here,
        httpx.AsyncClient(base_url=processes[1].url, cookies=cookies, timeout=40) as there,
    ):
        created = (await here.post(f"{API}/submit", json={"prompt": "a red kite"})).json()["data"]
        path = f"{API}/{created['id']}"
        held = asyncio.create_task(there.get(path, headers={"Prefer": "wait=30"}))
        assert (await there.get(path)).json()["data"]["status"] == "processing"
        started = time.monotonic()
        assert (await here.post(f"{path}/cancel")).status_code == 200
        assert (await held).json()["data"]["error"]["code"] == "CANCELED"
        assert time.monotonic() - started < 15


async def test_an_open_page_sees_by_itself_what_nobody_tells_it(
    pooled: TestDatabase, settings: Settings, provider: EmulatedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of another tab or process: the beat is 30 seconds, and shorter here."""
    monkeypatch.setattr(lookout, "BEAT_SECONDS", 1.0)
    provider.never_finish()
    migrate(pooled.owning_url, SERVING_ROLE)
    async with (
        started_app(settings, pooled) as started,
        signed_in(started.app, started.ctx, "ada") as ada,
        simulated(ada.http) as user,
    ):
        await user.open("/dashboard/generate")
        await ada.http.post(f"{API}/submit", json={"prompt": "from another tab"})
        await user.should_see("Painting your picture", retries=100)
        assert not started.ctx.news.is_live
