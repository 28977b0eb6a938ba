"""Background work: tasks that outlive their caller, and end before the process does."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from contextlib import suppress
from typing import Any, Generic, TypeVar

CLOSE_SECONDS = 1.5
CUT_OFF_SECONDS = 0.5
GATHERING_SECONDS = 0.02

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


class Background:
    """The background tasks of one process."""

    def __init__(self) -> None:
        self._unfinished: set[asyncio.Task[Any]] = set()
        self._endless: set[asyncio.Task[Any]] = set()

    @property
    def unfinished(self) -> frozenset[asyncio.Task[Any]]:
        """The tasks that have not ended."""
        return frozenset(self._unfinished)

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Start `work` as a task, which `close` waits for, and return the task."""
        task = asyncio.create_task(work)
        self._unfinished.add(task)
        task.add_done_callback(self._unfinished.discard)
        return task

    def start_endless(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Start `work` as a task, which `close` cancels at once, and return the task."""
        task = asyncio.create_task(work)
        self._endless.add(task)
        task.add_done_callback(self._endless.discard)
        return task

    async def finish(self, work: Coroutine[Any, Any, T]) -> T:
        """The result of `work`, which runs on even when the caller is cancelled. Raises its errors."""
        return await asyncio.shield(self.start(work))

    async def close(self) -> None:
        """Cancel endless tasks, and wait for unfinished ones.

        Tasks that run for longer than `CLOSE_SECONDS` are cancelled; the next start, or another process,
        continues the work from the generation's row.
        """
        for task in self._endless:
            task.cancel()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                while self._unfinished:  # a task may start further ones
                    await asyncio.wait(self._unfinished)
        for task in self._unfinished:
            task.cancel()
        if self._unfinished:
            await asyncio.wait(self._unfinished, timeout=CUT_OFF_SECONDS)


class Gathered(Generic[K, T]):
    """Work that begins a moment after it was asked for: all who ask until then share it, by key.

    Who asks after its beginning gets the next one, so nobody gets a result that is older than the question.
    """

    def __init__(self, background: Background) -> None:
        self._background = background
        self._waiting: dict[K, asyncio.Task[T]] = {}

    async def get(self, key: K, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of the task for `key` that has not begun, or of a new one. Raises its errors."""
        task = self._waiting.get(key)
        if task is None:
            task = self._waiting[key] = self._background.start(self._begin(key, work))
        return await asyncio.shield(task)

    async def _begin(self, key: K, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        await asyncio.sleep(GATHERING_SECONDS)
        del self._waiting[key]
        return await work()


class Shared(Generic[K, T]):
    """Work that simultaneous callers share: one task for each key."""

    def __init__(self, background: Background) -> None:
        self._background = background
        self._under_way: dict[K, asyncio.Task[T]] = {}

    async def get(self, key: K, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The result of the running task for `key`, or of `work()`, started now. Raises its errors."""
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = self._background.start(work())
            task.add_done_callback(lambda _: self._under_way.pop(key, None))
        return await asyncio.shield(task)
