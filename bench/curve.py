"""Reads a second beside open tabs, and with several processes: what a process can carry."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack

from bench.effort import Effort
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
    points = [await _with_processes(rig, count) for count in _PROCESSES]
    what = "two processes / one, reads a second"
    if cores() < _CORES_FOR_TWO:
        note = f"{cores()} cores: wrk, PostgreSQL and two processes need {_CORES_FOR_TWO}"
        return [Figure(what, 1.7, None, note=note), *points]
    return [Figure(what, 1.7, points[1].reads_per_second / points[0].reads_per_second), *points]


async def measure_tabs(rig: Rig, _: Effort) -> list[Point]:
    """Each tab is somebody else's; a running one has a run that does not end meanwhile."""
    points = []
    for is_running in (False, True):
        for count in _TABS:
            async with rig.easel() as easel:
                points.append(await _beside_tabs(rig, easel, count, is_running=is_running))
    return points


async def _with_processes(rig: Rig, count: int) -> Point:
    guest = rig.sign_in()
    async with AsyncExitStack() as stack:
        easels = [await stack.enter_async_context(rig.easel()) for _ in range(count)]
        generation_id = await make(easels[0], guest)
        targets = [reading(easel, guest, generation_id) for easel in easels]
        await _load_all(targets)
        loads = await _load_all(targets)
    return Point(
        f"{count} {'process' if count == 1 else 'processes'}",
        sum(each.per_second for each in loads),
        max(each.p50_ms for each in loads),
        max(each.p99_ms for each in loads),
    )


async def _load_all(targets: Sequence[Target]) -> list[Load]:
    connections = CONNECTIONS // len(targets)
    return await asyncio.gather(*(load(each, seconds=_SECONDS, connections=connections) for each in targets))


async def _beside_tabs(rig: Rig, easel: EaselProcess, count: int, *, is_running: bool) -> Point:
    reader = rig.sign_in()
    target = reading(easel, reader, await make(easel, reader))
    guests = await asyncio.to_thread(lambda: [rig.sign_in() for _ in range(count)])
    if is_running:
        rig.provider.never_finish()
        await _start_runs(easel, guests)
    async with open_tabs([generate_page(easel, guest) for guest in guests]) as tabs:
        await asyncio.sleep(_SETTLE_SECONDS)
        before = sum(tab.messages for tab in tabs)
        found = await load(target, seconds=_SECONDS)
        messages = sum(tab.messages for tab in tabs) - before
    rig.provider.finish()
    note = f"{messages} messages to the tabs meanwhile"
    state = "running" if is_running else "idle"
    return Point(f"{count:,} open tabs, {state}", found.per_second, found.p50_ms, found.p99_ms, note)


async def _start_runs(easel: EaselProcess, guests: Sequence[Guest]) -> None:
    slots = asyncio.Semaphore(CONNECTIONS)

    async def start(guest: Guest) -> None:
        async with slots:
            await submit(easel, guest)

    await asyncio.gather(*(start(guest) for guest in guests))
