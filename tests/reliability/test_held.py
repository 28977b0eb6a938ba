"""A thousand requests that one process holds at once (`Prefer: wait`)."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import httpx
import psutil
import pytest

from tests.api.envelopes import SUBMIT, data_of
from tests.api.test_prefer import END
from tests.support.database import TestDatabase
from tests.support.provider import EmulatedProvider
from tests.support.servers import ROOT, EaselProcess, served_settings
from tests.support.waiting import until
from tests.support.wire import Wire, counting

LIST = "/api/v1/generations"
PEOPLE, EACH = 50, 20
WAIT = {"Prefer": "wait=30"}
KIB_EACH = 100
SECONDS = 60.0
QUIET_SECONDS = 0.5


class Crowd(NamedTuple):
    """Easel as a process, whose statements are counted; a client; and the runs of as many people."""

    easel: EaselProcess
    wire: Wire
    http: httpx.AsyncClient
    database: TestDatabase
    runs: list[tuple[str, dict[str, str]]]

    @asynccontextmanager
    async def held(self) -> AsyncIterator[list[asyncio.Task[str]]]:
        """All of them are held, each person's after a second look at the row, while the block runs."""
        self.wire.clear()
        reads = [
            asyncio.create_task(_status_of(self.easel.port, path, headers | WAIT))
            for path, headers in self.runs * EACH
        ]
        await until(lambda: self.looks() >= len(reads) + PEOPLE, SECONDS)
        await self._come_to_rest()
        yield reads
        await asyncio.gather(*reads)

    async def _come_to_rest(self) -> None:
        """Upkeep looks at rows, too, so that there may still be some of the last looks to come."""
        seen = -1
        while seen != len(self.wire.statements):
            seen = len(self.wire.statements)
            await asyncio.sleep(QUIET_SECONDS)

    def looks(self) -> int:
        """How often a row has been read: a statement has one of these casts for each reader."""
        return sum(each.count("::int") for each in self.wire.statements if "read_generation" in each)

    def busy_connections(self) -> int:
        [row] = self.database.run(
            "SELECT count(*) FROM pg_stat_activity WHERE usename = 'easel_app' AND state <> 'idle'"
        )
        count: int = row["count"]
        return count


@pytest.fixture
async def crowd(tmp_path: Path, database: TestDatabase, provider: EmulatedProvider) -> AsyncIterator[Crowd]:
    provider.never_finish()
    async with counting(database.serving_url) as wire:
        through = replace(database, serving_url=wire.url)
        # In threads: the way to the database is on this event loop.
        settings = served_settings(through, provider.url, tmp_path / "data")
        easel = EaselProcess(tmp_path, script=[ROOT / "tests" / "support" / "seldom_asking.py"], **settings)
        try:
            await asyncio.to_thread(easel.wait_until_ready)
            async with httpx.AsyncClient(base_url=easel.url, timeout=SECONDS) as http:
                runs = [await _start(http, database) for _ in range(PEOPLE)]
                yield Crowd(easel, wire, http, database, runs)
        finally:
            await asyncio.to_thread(easel.stop)


async def _start(http: httpx.AsyncClient, database: TestDatabase) -> tuple[str, dict[str, str]]:
    """The address of somebody's run, and the header that shows who they are."""
    token = uuid4().hex
    database.sign_in(token)
    cookie = {"Cookie": f"easel_session={token}"}
    run = data_of(await http.post(SUBMIT, json={"prompt": "a red kite"}, headers=cookie))
    return f"{LIST}/{run['id']}", cookie


async def _status_of(port: int, path: str, headers: dict[str, str]) -> str:
    """The status of the generation that a read answers. By hand: httpx goes through all of its connections at
    each answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    all_headers = {"Host": f"127.0.0.1:{port}", "Connection": "close", **headers}
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in all_headers.items())]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    assert head.startswith(b"HTTP/1.1 200"), head
    status: str = json.loads(body)["data"]["status"]
    return status


async def test_they_cost_little_and_all_hear_of_the_end(crowd: Crowd) -> None:
    memory = psutil.Process(crowd.easel.pid).memory_info
    before = memory().rss
    async with crowd.held() as reads:
        grown = (memory().rss - before) / len(reads)
        assert grown < KIB_EACH * 1024
        await until(lambda: crowd.busy_connections() == 0)
        crowd.database.run(END)
        assert set(await asyncio.gather(*reads)) == {"failed"}


async def test_a_process_that_stops_answers_all_at_once(crowd: Crowd) -> None:
    async with crowd.held() as reads:
        crowd.easel.tell(signal.SIGTERM)
        assert set(await asyncio.gather(*reads)) == {"processing"}
    assert await asyncio.to_thread(crowd.easel.wait) == 0
