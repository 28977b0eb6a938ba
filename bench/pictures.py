"""A picture that takes 40 s: how often the provider is asked for it, and how soon it is seen."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from statistics import median, quantiles

from bench import rows
from bench.effort import CouldNotMeasure, Effort
from bench.figures import Figure
from bench.load import load
from bench.ratios import generate_page
from bench.rig import Guest, Rig, reading, submit
from bench.tabs import open_tabs
from tests.support.servers import EaselProcess
from tests.support.waiting import until

RUN_SECONDS = 40.0
_LONGEST_SECONDS = 75.0
_AFTER_SECONDS = 3.0
_WATCHERS = 12
# Processes, tabs and programs at each of them.
_SITUATIONS = {
    "1 tab": (1, 1, 0),
    "100 tabs": (1, 100, 0),
    "16 programs that poll without a pause": (1, 0, 16),
    "2 processes, a tab and 8 programs at each": (2, 1, 8),
}


async def measure_calls(rig: Rig, _: Effort) -> list[Figure]:
    """Every situation, without and with a history of run times; and the two calls that were closest."""
    figures, gaps = [], []
    for has_history, goal in ((False, 20), (True, 12)):
        for situation, (processes, tabs, programs) in _SITUATIONS.items():
            rows.set_history(rig.database, has_history=has_history)
            async with AsyncExitStack() as stack:
                easels = [await stack.enter_async_context(rig.easel()) for _ in range(processes)]
                await _make_watched(rig, easels, tabs=tabs, programs=programs)
            gaps.append(rig.calls.least_gap)
            what = f"provider calls for a 40 s picture, {_history(has_history)}: {situation}"
            note = f"the two closest {gaps[-1]:.2f} s apart"
            figures.append(Figure(what, goal, rig.calls.count, is_ceiling=True, note=note))
    return [*figures, Figure("least time between two calls for a picture", 1, min(gaps), unit=" s")]


async def measure_seen(rig: Rig, _: Effort) -> list[Figure]:
    """From the provider's picture to the message that shows it on a tab, of several people at once."""
    figures = []
    for has_history, goal in ((True, 1.5), (False, 3.0)):
        rows.set_history(rig.database, has_history=has_history)
        rig.provider.never_finish()
        async with rig.easel() as easel:
            waits = await asyncio.gather(*(_wait_for_picture(rig, easel, n) for n in range(_WATCHERS)))
        rig.provider.finish()
        cuts = quantiles(waits, n=100, method="inclusive")
        note = f"{_WATCHERS} people; seconds in place of milliseconds"
        what = f"from ready to seen, median, {_history(has_history)}"
        p50, p99 = f"{median(waits):.2f}", f"{cuts[98]:.2f}"
        figures.append(
            Figure(what, goal, median(waits), is_ceiling=True, unit=" s", p50=p50, p99=p99, note=note)
        )
    return figures


def _history(has_history: bool) -> str:
    return "with history" if has_history else "without history"


async def _make_watched(rig: Rig, easels: Sequence[EaselProcess], *, tabs: int, programs: int) -> None:
    """A picture from its submit to a moment after its end; the calls for it are in `rig.calls`."""
    guest = rig.sign_in()
    emulator = rig.provider.emulator
    emulator.seconds_to_start, emulator.seconds_to_draw = 1.0, RUN_SECONDS - 1.0
    async with open_tabs([generate_page(easel, guest) for easel in easels for _ in range(tabs)]):
        rig.calls.clear()
        generation_id = await submit(easels[0], guest)
        async with _programs(easels, guest, generation_id, programs):
            await asyncio.to_thread(_wait_until_finished, rig, guest)
        await asyncio.sleep(_AFTER_SECONDS)
    rig.provider.finish()


@asynccontextmanager
async def _programs(
    easels: Sequence[EaselProcess], guest: Guest, generation_id: str, count: int
) -> AsyncIterator[None]:
    """As many at each process read without a pause while the block runs."""
    seconds = round(_LONGEST_SECONDS)
    loads = [
        asyncio.create_task(load(reading(easel, guest, generation_id), seconds=seconds, connections=count))
        for easel in easels
        if count
    ]
    try:
        yield
    finally:
        for each in loads:
            each.cancel()
        await asyncio.gather(*loads, return_exceptions=True)


def _wait_until_finished(rig: Rig, guest: Guest) -> None:
    """By the row, past Easel: a read of the API could be what finishes it."""
    deadline = time.monotonic() + _LONGEST_SECONDS
    while rig.database.generations(guest.owner_id)[0]["status"] == "processing":
        if time.monotonic() > deadline:
            raise CouldNotMeasure("a picture was not noticed")
        time.sleep(0.2)


async def _wait_for_picture(rig: Rig, easel: EaselProcess, number: int) -> float:
    """Seconds from the end at the provider to the message that has the picture's address."""
    guest = rig.sign_in()
    async with open_tabs([generate_page(easel, guest)]) as [tab]:
        await asyncio.sleep(number * 0.7)  # not all in step
        generation_id = await submit(easel, guest)
        [row] = await asyncio.to_thread(rig.database.generations, guest.owner_id)
        url = f"{rig.provider.url}/files/{row['external_id']}.png"
        addresses = (f"{generation_id}/image", url)
        for address in addresses:
            tab.watch_for(address)
        await asyncio.sleep(random.Random(number).gauss(RUN_SECONDS, 2.0))  # noqa: S311  (no secret)
        ready = time.time()
        rig.provider.emulator.end(row["external_id"], "succeeded", output=[url])
        await until(lambda: tab.seen, _LONGEST_SECONDS)
        return min(tab.seen.values()) - ready
