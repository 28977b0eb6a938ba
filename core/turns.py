"""What one address asks for at once is taken up one after the other, so that others get in between."""

import asyncio
import time

_MAX_KEYS = 20_000


class Turns:
    """Turns of a key begin `apart` seconds after each other at the least; the first begins at once.

    How many wait is for the caller to limit.
    """

    def __init__(self, apart: float) -> None:
        self._apart = apart
        self._next: dict[str, float] = {}

    async def wait(self, key: str) -> None:
        """Return when it is the caller's turn."""
        now = time.monotonic()
        begins = max(now, self._next.get(key, now))
        if len(self._next) >= _MAX_KEYS:
            self._next = {each: at for each, at in self._next.items() if at > now}
        self._next[key] = begins + self._apart
        if begins > now:
            await asyncio.sleep(begins - now)
