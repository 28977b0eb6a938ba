"""Background work: what goes on without a caller, and ends before the process does."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from contextlib import suppress
from typing import Any, Generic, TypeVar

CLOSE_SECONDS = 1.5
CUT_OFF_SECONDS = 0.5

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


class Background:
    """Supervises the tasks of one process."""

    def __init__(self) -> None:
        self._unfinished: set[asyncio.Task[Any]] = set()

    @property
    def unfinished(self) -> frozenset[asyncio.Task[Any]]:
        """The tasks that have not ended."""
        return frozenset(self._unfinished)

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run `work` to its end, even when the program is told to stop."""
        task = asyncio.create_task(work)
        self._unfinished.add(task)
        task.add_done_callback(self._unfinished.discard)
        return task

    async def finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Await `work`, which runs to its end even when the caller is cancelled meanwhile."""
        return await asyncio.shield(self.start(work))

    async def close(self) -> None:
        """Let unfinished work end.

        What has not ended after `CLOSE_SECONDS` is cut off; the next start, or another process, takes
        the work up from its row.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                while self._unfinished:  # a task may start further ones
                    await asyncio.wait(self._unfinished)
        for task in self._unfinished:
            task.cancel()
        if self._unfinished:
            await asyncio.wait(self._unfinished, timeout=CUT_OFF_SECONDS)


class Shared(Generic[K, T]):
    """Work that callers at the same time share: one task for each key."""

    def __init__(self, background: Background) -> None:
        self._background = background
        self._under_way: dict[K, asyncio.Task[T]] = {}

    async def get(self, key: K, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of the task for `key` that is under way, or of `work()`, started now."""
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = self._background.start(work())
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        return await asyncio.shield(task)
