"""Memory of an open tab, beside a tab of a bare page."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

import psutil

from bench.effort import Effort
from bench.figures import Figure
from bench.load import Target
from bench.ratios import generate_page
from bench.rig import Rig, running
from bench.tabs import open_tabs
from bench.twins import start_twin

_WARM_UP_TABS = 10
_SETTLE_SECONDS = 3.0


class Grown(NamedTuple):
    """By how many bytes a process has grown: with the tabs open, and once more with as many after them."""

    first: int
    again: int


async def measure(rig: Rig, effort: Effort) -> list[Figure]:
    """Each tab is somebody else's."""
    count = effort.tabs + _WARM_UP_TABS
    async with rig.easel() as easel:
        pages = [generate_page(easel, rig.sign_in()) for _ in range(count)]
        ours = await _grown(easel.pid, pages, effort.forget_seconds)
    async with running(start_twin(rig.folder, "page")) as twin:
        theirs = await _grown(twin.pid, [Target(f"{twin.url}/page")] * count, None)
    return [_tab(ours, theirs, effort.tabs), _left(ours, effort.forget_seconds)]


def _tab(ours: Grown, theirs: Grown, tabs: int) -> Figure:
    note = f"{ours.first / tabs / 1024:.0f} / {theirs.first / tabs / 1024:.0f} KiB, of {tabs} tabs"
    what = "memory of an open tab / bare NiceGUI tab"
    return Figure(what, 1.5, ours.first / theirs.first, is_ceiling=True, note=note, is_gate=True)


def _left(ours: Grown, forget_seconds: float | None) -> Figure:
    """Freed memory stays with the process, so what was left shows when as many tabs are opened again."""
    what = "memory of a tab that is left 60 s after it was closed"
    if forget_seconds is None:
        return Figure(what, 0.05, None, is_ceiling=True, note="in the full run only")
    note = "by how much the process grows when as many tabs are opened again, of what it grew at first"
    return Figure(what, 0.05, max(0.0, ours.again / ours.first), is_ceiling=True, note=note)


async def _grown(pid: int, pages: Sequence[Target], forget_seconds: float | None) -> Grown:
    async with open_tabs(pages[:_WARM_UP_TABS]):
        before = _resident(pid)
        first = await _with_open(pid, pages[_WARM_UP_TABS:])
        if forget_seconds is None:
            return Grown(first - before, 0)
        await asyncio.sleep(forget_seconds)
        return Grown(first - before, await _with_open(pid, pages[_WARM_UP_TABS:]) - first)


async def _with_open(pid: int, pages: Sequence[Target]) -> int:
    async with open_tabs(pages):
        await asyncio.sleep(_SETTLE_SECONDS)
        return _resident(pid)


def _resident(pid: int) -> int:
    resident: int = psutil.Process(pid).memory_info().rss
    return resident
