"""Statements on the wire to PostgreSQL that open tabs cause, less those of a process without tabs."""

import asyncio
from collections.abc import Sequence

from bench.effort import Effort
from bench.figures import Figure
from bench.load import Target
from bench.ratios import generate_page
from bench.rig import Rig, submit
from bench.tabs import open_tabs
from tests.support.servers import EaselProcess
from tests.support.wire import Wire

_IDLE_TABS = 20
_SETTLE_SECONDS = 5.0
_IDLE_SECONDS = 60.0
_RUNNING_SECONDS = 20.0


async def measure(rig: Rig, _: Effort) -> list[Figure]:
    """Idle tabs of as many people; then 1 and 100 of one person who has a run."""
    rig.provider.never_finish()
    async with rig.counted_easel() as (easel, wire):
        alone = await _per_second(wire, [], _IDLE_SECONDS)
        pages = [generate_page(easel, rig.sign_in()) for _ in range(_IDLE_TABS)]
        idle = 60 * (await _per_second(wire, pages, _IDLE_SECONDS) - alone) / _IDLE_TABS
        watching = [await _while_running(rig, easel, wire, tabs) - alone for tabs in (1, 100)]
    rig.provider.finish()
    besides = f"besides {60 * alone:.0f} a minute of a process without tabs"
    return [
        _ceiling("statements of an open tab, nothing running", idle, besides, unit=" a minute"),
        Figure(
            "statements of a hidden tab, nothing running",
            0,
            None,
            is_ceiling=True,
            note="a tab cannot hide yet",
        ),
        _ceiling("statements while one runs, 1 tab", watching[0], besides, unit=" a second"),
        _ceiling("statements while one runs, 100 tabs of one person", watching[1], besides, unit=" a second"),
    ]


def _ceiling(what: str, measured: float, note: str, *, unit: str) -> Figure:
    return Figure(what, 2, max(0.0, measured), is_ceiling=True, unit=unit, note=note)


async def _while_running(rig: Rig, easel: EaselProcess, wire: Wire, tabs: int) -> float:
    guest = rig.sign_in()
    await submit(easel, guest)
    return await _per_second(wire, [generate_page(easel, guest)] * tabs, _RUNNING_SECONDS)


async def _per_second(wire: Wire, pages: Sequence[Target], seconds: float) -> float:
    async with open_tabs(pages):
        await asyncio.sleep(_SETTLE_SECONDS)
        wire.clear()
        await asyncio.sleep(seconds)
        return wire.count / seconds
