"""Requests that are held until something happens."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID


class Held:
    """Those of one process."""

    def __init__(self) -> None:
        self._wakes: set[asyncio.Event] = set()
        self._counts: Counter[UUID] = Counter()
        self.is_over = False
        """Whether the process is to stop, so that nothing is held any more."""

    def __len__(self) -> int:
        return len(self._wakes)

    def count_of(self, owner_id: UUID) -> int:
        """How many are held for the owner."""
        return self._counts[owner_id]

    @contextmanager
    def kept(self, owner_id: UUID, wake: asyncio.Event) -> Iterator[None]:
        """Set `wake` when the process is to stop, while the block runs."""
        self._wakes.add(wake)
        self._counts[owner_id] += 1
        try:
            yield
        finally:
            self._wakes.discard(wake)
            self._counts[owner_id] -= 1
            if not self._counts[owner_id]:
                del self._counts[owner_id]

    def let_go(self) -> None:
        """Have all of them answered at once, and those that come later."""
        self.is_over = True
        for wake in list(self._wakes):
            wake.set()
