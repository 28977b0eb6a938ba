"""Reads a second beside open tabs, and with several processes: what a process can carry."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack

import httpx

from bench.effort import CouldNotMeasure, Effort
from bench.figures import Figure, Point
from bench.load import CONNECTIONS, Load, Target, load
from bench.machine import cores
from bench.ratios import generate_page
from bench.rig import Guest, Rig, make, reading, submit
from bench.tabs import open_tabs
from tests.support.servers import EaselProcess

_SECONDS = 8
_SETTLE_SECONDS = 5.0
_PROCESSES = (1, 2, 4)
_TABS = (10, 100, 1000)
_CORES_FOR_TWO = 4


async def measure_processes(rig: Rig, _: Effort) -> list[Figure | Point]:
    """In place of a proxy, the connections are spread evenly: a proxy would take a core of its own."""
    loads = {count: await _with_processes(rig, count) for count in _PROCESSES}
    points = [
        Point(f"{count} {'process' if count == 1 else 'processes'}", found) for count, found in loads.items()
    ]
    what = "two processes / one, reads a second"
    if cores() < _CORES_FOR_TWO:
        note = f"{cores()} cores: wrk, PostgreSQL and two processes need {_CORES_FOR_TWO}"
        return [Figure(what, 1.7, None, note=note), *points]
    return [Figure(what, 1.7, loads[2].per_second / loads[1].per_second), *points]


async def measure_tabs(rig: Rig, _: Effort) -> list[Point]:
    """Each tab is somebody else's; a running one has a run that does not end meanwhile."""
    return [
        await _beside_tabs(rig, count, is_running=is_running)
        for is_running in (False, True)
        for count in _TABS
    ]


async def _with_processes(rig: Rig, count: int) -> Load:
    guest = rig.sign_in()
    async with AsyncExitStack() as stack:
        easels = [await stack.enter_async_context(rig.easel()) for _ in range(count)]
        generation_id = await make(easels[0], guest)
        targets = [reading(easel, guest, generation_id) for easel in easels]
        await _load_all(targets)  # the warm-up
        loads = await _load_all(targets)
    return Load(
        sum(each.per_second for each in loads),
        max(each.p50_ms for each in loads),
        max(each.p99_ms for each in loads),
    )


async def _load_all(targets: Sequence[Target]) -> list[Load]:
    connections = CONNECTIONS // len(targets)
    return await asyncio.gather(*(load(each, seconds=_SECONDS, connections=connections) for each in targets))


async def _beside_tabs(rig: Rig, count: int, *, is_running: bool) -> Point:
    situation = f"{count:,} open tabs, {'running' if is_running else 'idle'}"
    guests = await asyncio.to_thread(lambda: [rig.sign_in() for _ in range(count)])
    try:
        async with rig.easel() as easel:
            reader = rig.sign_in()
            target = reading(easel, reader, await make(easel, reader))
            if is_running:
                rig.provider.never_finish()
                await _start_runs(easel, guests)
            found, messages = await _reads_beside(target, [generate_page(easel, guest) for guest in guests])
    except (CouldNotMeasure, httpx.HTTPError) as error:
        return Point(situation, None, note=str(error) or type(error).__name__)
    finally:
        rig.provider.finish()
    return Point(situation, found, note=f"{messages} messages to the tabs meanwhile")


async def _reads_beside(target: Target, pages: Sequence[Target]) -> tuple[Load, int]:
    """The load, and how many messages the tabs got during it."""
    async with open_tabs(pages) as tabs:
        await asyncio.sleep(_SETTLE_SECONDS)
        before = sum(tab.messages for tab in tabs)
        found = await load(target, seconds=_SECONDS)
        return found, sum(tab.messages for tab in tabs) - before


async def _start_runs(easel: EaselProcess, guests: Sequence[Guest]) -> None:
    slots = asyncio.Semaphore(CONNECTIONS)

    async def start(guest: Guest) -> None:
        async with slots:
            await submit(easel, guest)

    await asyncio.gather(*(start(guest) for guest in guests))
