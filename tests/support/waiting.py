"""Wait for a condition, never for a time."""

import asyncio
import time
from collections.abc import Callable

SECONDS = 10.0


async def until(condition: Callable[[], object], seconds: float = SECONDS) -> None:
    """Return once `condition` holds. Raises `AssertionError` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to pass"
        await asyncio.sleep(0.02)
