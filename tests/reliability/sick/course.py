"""The course of the illness: people wait, the provider falls ill in every way in turn, and recovers."""

import asyncio
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.reliability.sick.people import POLL_SECONDS, Poller, Seen, poller, probe
from tests.reliability.sick.provider import ILLNESSES, SickProvider
from tests.support.database import TestDatabase
from tests.support.servers import EaselProcess

WAITING = 40
NEWCOMERS = 5
WELL_SECONDS = 5.0


@dataclass
class Course:
    """What happens, and what is noted of it; times are of the monotonic clock, memory is in MiB."""

    sick: SickProvider
    easel: EaselProcess
    database: TestDatabase
    seconds: float
    """How long the provider is ill."""
    well: Seen = field(default_factory=Seen)
    ill: Seen = field(default_factory=Seen)
    back: Seen = field(default_factory=Seen)
    started: float = 0.0
    fell_ill: float = 0.0
    recovered: float = 0.0
    finished_after: float = 0.0
    """Seconds from the recovery until everyone had their picture."""
    memory_before: int = 0
    memory_ill: int = 0

    async def run(self) -> None:
        """All of it. Raises `AssertionError` if somebody is left without their picture."""
        # Shorter than the server keeps one, or some are closed in the very moment of their use.
        limits = httpx.Limits(max_connections=200, keepalive_expiry=2)
        async with httpx.AsyncClient(base_url=self.easel.url, timeout=60, limits=limits) as http:
            *waiting, canceling = [self._person(http, f"waiting {n}") for n in range(WAITING + 1)]
            newcomers = [self._person(http, f"newcomer {n}") for n in range(NEWCOMERS)]
            await self._be_well(http, waiting, canceling)
            await self._be_ill(http, waiting, canceling, newcomers)
            await self._be_back(http, waiting, [canceling, *newcomers])
            for person in waiting:
                await see_picture(person)

    def _person(self, http: httpx.AsyncClient, name: str) -> Poller:
        return poller(self.database, http, name)

    async def _be_well(self, http: httpx.AsyncClient, waiting: list[Poller], canceling: Poller) -> None:
        self.sick.emulator.seconds_to_draw = 1e9
        for person in (*waiting, canceling):
            person.generation_id = (await person.press()).json()["data"]["id"]
        self.started = time.monotonic()
        async with meanwhile(probe(http, self.well), *(person.poll(self.well) for person in waiting)):
            await asyncio.sleep(WELL_SECONDS)
        self.memory_before = memory_of(self.easel)

    async def _be_ill(
        self, http: httpx.AsyncClient, waiting: list[Poller], canceling: Poller, newcomers: list[Poller]
    ) -> None:
        self.fell_ill = time.monotonic()
        async with meanwhile(
            probe(http, self.ill),
            *(person.poll(self.ill) for person in waiting),
            *(person.try_to_start(self.ill) for person in newcomers),
            canceling.try_to_cancel(self.ill),
        ):
            for illness in ILLNESSES.values():
                async with self.sick.ill(illness):
                    await asyncio.sleep(self.seconds / len(ILLNESSES))
            self.memory_ill = memory_of(self.easel)
        self.recovered = time.monotonic()

    async def _be_back(self, http: httpx.AsyncClient, waiting: list[Poller], others: list[Poller]) -> None:
        self.sick.emulator.seconds_to_draw = 0.0
        async with meanwhile(probe(http, self.back)):
            self.finished_after = await all_finished(waiting, self.recovered)
            await all_ended([one for one in others if one.generation_id], self.database)


@asynccontextmanager
async def meanwhile(*work: Any) -> AsyncIterator[None]:
    """Run `work` in the background; whatever goes wrong in it goes wrong here."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def all_finished(people: list[Poller], since: float) -> float:
    """Read, as their programs do, until everyone's picture is in our own store; how long that took."""
    left = list(people)
    deadline = since + 120
    while left:
        assert time.monotonic() < deadline, [await person.state() for person in left]
        states = await asyncio.gather(*(person.state() for person in left))
        assert all(state["status"] != "failed" for state in states), states
        left = [person for person, state in zip(left, states, strict=True) if "/api/" not in str(state)]
        await asyncio.sleep(POLL_SECONDS)
    return time.monotonic() - since


async def all_ended(people: list[Poller], database: TestDatabase) -> None:
    """Nobody stays locked: what was uncertain ends, once its time of grace is over."""
    database.run(
        "UPDATE generations SET created_at = now() - interval '100 seconds'"
        " WHERE status = 'processing' AND external_id IS NULL"
    )
    deadline = time.monotonic() + 60
    while "processing" in {(await person.state())["status"] for person in people}:
        assert time.monotonic() < deadline
        await asyncio.sleep(POLL_SECONDS)


async def see_picture(person: Poller) -> None:
    shown = await person.get((await person.state())["url"])
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")


def memory_of(process: EaselProcess) -> int:
    """Its resident memory in MiB."""
    pid = str(process.pid)
    shown = subprocess.run(["ps", "-o", "rss=", "-p", pid], capture_output=True, check=True)
    return int(shown.stdout) // 1024
