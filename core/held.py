"""Requests that are held until something happens."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Held:
    """Those of one process."""

    def __init__(self) -> None:
        self._wakes: set[asyncio.Event] = set()
        self.is_over = False
        """Whether the process is to stop, so that nothing is held any more."""

    def __len__(self) -> int:
        return len(self._wakes)

    @contextmanager
    def kept(self, wake: asyncio.Event) -> Iterator[None]:
        """Set `wake` when the process is to stop, while the block runs."""
        self._wakes.add(wake)
        try:
            yield
        finally:
            self._wakes.discard(wake)

    def let_go(self) -> None:
        """Have all of them answered at once, and those that come later."""
        self.is_over = True
        for wake in list(self._wakes):
            wake.set()
