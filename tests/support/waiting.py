"""Wait for a condition, never for a time."""

import asyncio
import time
from collections.abc import Callable

from core.context import Context
from core.services.upkeep import LOOP_NAME

SECONDS = 10.0


def wait_until(condition: Callable[[], object], seconds: float = SECONDS) -> None:
    """Return once `condition` holds. Raises `AssertionError` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


async def until(condition: Callable[[], object], seconds: float = SECONDS) -> None:
    """`wait_until` for tests on an event loop."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        await asyncio.sleep(0.02)


async def all_is_done(ctx: Context) -> None:
    """Until nothing runs in the background but the loop."""
    while tasks := [task for task in ctx.background.unfinished if task.get_name() != LOOP_NAME]:
        await asyncio.wait(tasks)
