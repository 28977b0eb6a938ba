"""The processes restart one after the other, and one is killed: no program and no page sees an error."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import Browser

from tests.hosting.fleet import Fleet
from tests.hosting.screens import Screen, open_screen
from tests.support.provider import EmulatedProvider
from tests.support.waiting import until

PROGRAMS = 20
PAGES = 3
PAUSE_SECONDS = 0.5
OF_A_PROGRAM = "a program's"
PAGE_SECONDS = 30.0
PROVIDER_ERROR = '"code":"PROVIDER_ERROR"'
GENERATIONS = "/api/v1/generations"

Happening = Callable[[Fleet], Awaitable[None]]


@dataclass
class Programs:
    """Each starts runs, one after the other, and polls them until they end; `answers` counts by status."""

    fleet: Fleet
    provider: EmulatedProvider
    answers: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    finished: int = 0

    async def work(self, is_over: asyncio.Event) -> None:
        """One program, until it is over."""
        _, cookie = self.fleet.welcome()
        async with self.fleet.client(headers=cookie) as http:
            while not is_over.is_set():
                await self._run(http)
                self.finished += 1

    async def end_runs(self) -> None:
        """Let each of their runs end soon after its start; those of the pages go on."""
        emulator = self.provider.emulator
        while True:
            for prediction_id, prediction in list(emulator.predictions.items()):
                if prediction["input"]["prompt"] == OF_A_PROGRAM and prediction["status"] != "failed":
                    emulator.end(prediction_id, "failed", error="something broke (E999)")
            await asyncio.sleep(PAUSE_SECONDS)

    async def _run(self, http: httpx.AsyncClient) -> None:
        key = {"Idempotency-Key": str(uuid4())}
        order = {"prompt": OF_A_PROGRAM}
        run = await self._note(http.post(f"{GENERATIONS}/submit", json=order, headers=key))
        while run.get("status") == "processing":
            await asyncio.sleep(PAUSE_SECONDS)
            run = await self._note(http.get(f"{GENERATIONS}/{run['id']}"))

    async def _note(self, asked: Awaitable[httpx.Response]) -> dict[str, str]:
        reply = await asked
        self.answers[reply.status_code] += 1
        # The emulated provider is in this very process, which a busy machine lets wait.
        if reply.status_code != 200 and PROVIDER_ERROR not in reply.text:
            self.failures.append(
                f"{reply.request.method} {reply.request.url}: {reply.status_code} {reply.text}"
            )
        data: dict[str, str] = reply.json().get("data", {}) if reply.status_code == 200 else {}
        return data


@asynccontextmanager
async def working(fleet: Fleet, provider: EmulatedProvider) -> AsyncIterator[Programs]:
    programs, is_over = Programs(fleet, provider), asyncio.Event()
    tasks = [asyncio.create_task(programs.work(is_over)) for _ in range(PROGRAMS)]
    ending = asyncio.create_task(programs.end_runs())
    try:
        await until(lambda: programs.finished >= PROGRAMS, PAGE_SECONDS)
        yield programs
        before = programs.finished
        await until(lambda: programs.finished >= before + PROGRAMS, PAGE_SECONDS)
    finally:
        is_over.set()
        await asyncio.gather(*tasks)
        ending.cancel()


async def restart_each(fleet: Fleet) -> None:
    for number in range(len(fleet.processes)):
        fleet.processes[number].tell()
        await asyncio.to_thread(fleet.restart, number)


async def kill_one(fleet: Fleet) -> None:
    fleet.processes[0].kill()
    await asyncio.to_thread(fleet.restart, 0)


@pytest.mark.parametrize("happens", [restart_each, kill_one])
async def test_no_request_fails_and_every_page_goes_on(
    fleet: Fleet, browser: Browser, provider: EmulatedProvider, happens: Happening
) -> None:
    await expect_nobody_to_notice(fleet, browser, provider, happens)


async def expect_nobody_to_notice(
    fleet: Fleet, browser: Browser, provider: EmulatedProvider, happens: Happening
) -> None:
    provider.never_finish()
    screens: list[Screen] = []
    while len(screens) < PAGES or {await screen.port for screen in screens} != set(fleet.ports):
        screens.append(await open_screen(browser, fleet))
    async with working(fleet, provider) as programs:
        await happens(fleet)
        for screen in screens:
            await screen.expect_draft_and_run(PAGE_SECONDS)
    assert programs.failures == []
    print(programs.answers)  # noqa: T201  (with `pytest -s`)
    provider.finish()
    for screen in screens:
        await screen.expect_picture()
        assert len(screen.loads) <= 1 + len(fleet.processes)
        await screen.page.context.close()
