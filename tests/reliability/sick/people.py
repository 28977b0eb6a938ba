"""People whose programs poll, and what came back to them."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx

from tests.support.database import TestDatabase
from tests.support.people import SignedIn

POLL_SECONDS = 1.0
AT_ONCE_SECONDS = 0.5
SUBMIT = "/api/v1/generations/submit"


@dataclass
class Seen:
    """What came back: how long each kind of request took, and how often each status came."""

    took: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)

    async def note(self, kind: str, request: Awaitable[httpx.Response]) -> httpx.Response:
        started = time.monotonic()
        answer = await request
        self.took.setdefault(kind, []).append(time.monotonic() - started)
        self.statuses[kind, answer.status_code] += 1
        return answer

    def percentile(self, kind: str, part: float) -> float:
        times = sorted(self.took[kind])
        return times[min(int(len(times) * part), len(times) - 1)]

    def slow(self, kind: str, seconds: float = AT_ONCE_SECONDS) -> int:
        return sum(took > seconds for took in self.took[kind])

    def summary(self, kind: str) -> str:
        p50, p99 = (self.percentile(kind, part) * 1000 for part in (0.5, 0.99))
        times = f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, max {max(self.took[kind]) * 1000:.0f} ms"
        statuses = {status: n for (what, status), n in sorted(self.statuses.items()) if what == kind}
        return f"{len(self.took[kind])}: {times}; by status {statuses}"


@dataclass
class Poller(SignedIn):
    """A person with a program that polls, by a client that all share."""

    generation_id: str = ""

    def get(self, path: str) -> Awaitable[httpx.Response]:
        return self.http.get(path, headers=self.cookie)

    def post(self, path: str, **body: Any) -> Awaitable[httpx.Response]:
        return self.http.post(path, headers=self.cookie, **body)

    @property
    def path(self) -> str:
        return f"/api/v1/generations/{self.generation_id}"

    def press(self) -> Awaitable[httpx.Response]:
        return self.post(SUBMIT, json={"prompt": f"for {self.token}"})

    async def poll(self, seen: Seen) -> None:
        """Read for ever, and press Generate now and then though one is running."""
        while True:
            for _ in range(10):
                await seen.note("reads", self.get(self.path))
                await asyncio.sleep(POLL_SECONDS)
            await seen.note("presses while one runs", self.press())

    async def try_to_start(self, seen: Seen) -> None:
        """Press until something runs, and then watch it."""
        while True:
            answer = await seen.note("first presses", self.press())
            if answer.status_code == 200:
                self.generation_id = answer.json()["data"]["id"]
                break
            await asyncio.sleep(10)
        await self.poll(seen)

    async def try_to_cancel(self, seen: Seen) -> None:
        while True:
            await seen.note("cancels", self.post(f"{self.path}/cancel"))
            await asyncio.sleep(20)

    async def state(self) -> dict[str, Any]:
        answer = await self.get(self.path)
        assert answer.status_code == 200, answer.text
        state: dict[str, Any] = answer.json()["data"]
        return state


def poller(database: TestDatabase, http: httpx.AsyncClient, name: str) -> Poller:
    """Somebody new, with a login session in `database`."""
    owner_id, token = uuid4(), name.replace(" ", "-")
    database.sign_in(token, owner_id)
    return Poller(owner_id, token, http)


async def probe(http: httpx.AsyncClient, seen: Seen) -> None:
    """Ask all the time whether the event loop still turns."""
    while True:
        await seen.note("health", http.get("/healthz"))
        await asyncio.sleep(0.1)
