"""Free the memory of closed pages, whose objects refer to each other: reference counts never free them."""

import asyncio
import gc

from nicegui import Client
from nicegui import core as nicegui_core

COLLECT_SECONDS = 15.0
"""Time from the first page that closes to the collection, which serves all that close meanwhile."""
_ENOUGH = 0.25
"""Closed pages to open ones. To collect is to go through the open ones, too: that has to pay."""


def collect_closed_pages(seconds: float = COLLECT_SECONDS) -> None:
    """Have garbage collected `seconds` after pages were closed; left alone, it would wait for new pages."""
    closed = _ClosedPages(seconds)
    nicegui_core.app.on_delete(closed.note)


class _ClosedPages:
    """How many pages were closed since the last collection."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._count = 0
        self._is_planned = False

    def note(self) -> None:
        self._count += 1
        if not self._is_planned:
            self._is_planned = True
            asyncio.get_running_loop().call_later(self._seconds, self._collect)

    def _collect(self) -> None:
        self._is_planned = False
        if self._count >= _ENOUGH * len(Client.instances):
            self._count = 0
            gc.collect()
