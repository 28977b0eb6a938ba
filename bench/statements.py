"""Statements on the wire to PostgreSQL that open tabs cause, less those of a process without tabs."""

import asyncio
from collections.abc import Sequence

from bench.effort import Effort
from bench.figures import Figure
from bench.ratios import generate_page
from bench.rig import Guest, Rig, submit
from bench.tabs import TabFailed, open_tabs
from tests.support.wire import GREETING

_IDLE_TABS = 20
_SETTLE_SECONDS = 5.0
_IDLE_SECONDS = 60.0
_RUNNING_SECONDS = 20.0


async def measure(rig: Rig, _: Effort) -> list[Figure]:
    """Idle tabs of as many people, seen and hidden; then 1 and 100 of one person who has a run."""
    rig.provider.never_finish()
    alone = await _per_second(rig, [], tabs=0, seconds=_IDLE_SECONDS)
    people = [rig.sign_in() for _ in range(_IDLE_TABS)]
    idle = await _per_second(rig, people, tabs=1, seconds=_IDLE_SECONDS) - alone
    hidden = await _hidden(rig, people, alone)
    watching = [await _while_running(rig, tabs) - alone for tabs in (1, 100)]
    rig.provider.finish()
    besides = f"besides {60 * alone:.0f} a minute of a process without tabs"
    return [
        _ceiling("statements of an open tab, nothing running", 60 * idle / _IDLE_TABS, besides, " a minute"),
        hidden,
        _ceiling("statements while one runs, 1 tab", watching[0], besides, " a second"),
        _ceiling("statements while one runs, 100 tabs of one person", watching[1], besides, " a second"),
    ]


def _ceiling(what: str, measured: float, note: str, unit: str) -> Figure:
    return Figure(what, 2, max(0.0, measured), is_ceiling=True, unit=unit, note=note)


async def _hidden(rig: Rig, people: Sequence[Guest], alone: float) -> Figure:
    """Rounded: a process without tabs has a statement a second more or less now and then."""
    what = "statements of a hidden tab, nothing running"
    try:
        found = await _per_second(rig, people, tabs=1, seconds=_IDLE_SECONDS, is_hidden=True) - alone
    except TabFailed as error:
        return Figure(what, 0, None, is_ceiling=True, note=str(error))
    a_minute = round(max(0.0, 60 * found / len(people)))
    return Figure(what, 0, a_minute, is_ceiling=True, unit=" a minute")


async def _while_running(rig: Rig, tabs: int) -> float:
    """The only run: one of a measurement before would be found and watched by this one's process."""
    rig.database.empty()
    guest = rig.sign_in()
    return await _per_second(rig, [guest], tabs=tabs, seconds=_RUNNING_SECONDS, has_run=True)


async def _per_second(
    rig: Rig,
    people: Sequence[Guest],
    *,
    tabs: int,
    seconds: float,
    has_run: bool = False,
    is_hidden: bool = False,
) -> float:
    """With that many tabs of each of them, at a process of its own: pages outlive their tabs for a while."""
    async with rig.counted_easel() as (easel, wire):
        for guest in people if has_run else ():
            await submit(easel, guest)
        pages = [generate_page(easel, guest) for guest in people for _ in range(tabs)]
        async with open_tabs(pages) as opened:
            for tab in opened if is_hidden else ():
                await tab.hide()
            await asyncio.sleep(_SETTLE_SECONDS)
            wire.clear()
            await asyncio.sleep(seconds)
            return sum(each != GREETING for each in wire.statements) / seconds
