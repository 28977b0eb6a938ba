"""When an open page looks at what it shows: after news, when a run is due, and once in a while.

A hidden page looks after news alone, and when it is shown again.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from uuid import UUID

from nicegui import background_tasks, context, ui

from core.context import Context

BEAT_SECONDS = 30.0
"""Makes up for news that were lost, and for databases that cannot tell any."""
# A page that is closed is kept until its timer rings once more.
TICK_SECONDS = 3.0

Look = Callable[[], Awaitable[float | None]]


class Lookout:
    """Calls `look` of one page, never twice at a time."""

    def __init__(self, ctx: Context, owner_id: UUID, look: Look) -> None:
        """`look` returns the seconds until the next look makes sense; None to wait for news."""
        self._look = look
        self._client = context.client
        self._is_hidden = False
        self._is_asked_again = False
        self._due: asyncio.TimerHandle | None = None
        self._looked_at = time.monotonic()
        self._timer = ui.timer(TICK_SECONDS, self._tick, immediate=False)
        self._unsubscribe = ctx.news.subscribe(owner_id, self.wake)
        self._task: asyncio.Task[None] | None = None
        self._client.on_delete(self._delete)

    def wake(self) -> None:
        """Look now; once more after a look that is under way, which may have come too early."""
        if self._task and not self._task.done():
            self._is_asked_again = True
        elif not self._client.is_deleted:
            self._task = background_tasks.create(self._look_until_quiet(), name="look")

    def look_in(self, seconds: float | None) -> None:
        """Look after so many seconds in place of any time set before; not at all for None."""
        if self._due:
            self._due.cancel()
        self._due = None
        if seconds is not None and not self._is_hidden:
            self._due = asyncio.get_running_loop().call_later(seconds, self.wake)

    def hide(self, is_hidden: bool) -> None:
        """Take note that the page is hidden, or shown again."""
        self._is_hidden = is_hidden
        self._timer.active = not is_hidden
        self.look_in(None)
        if not is_hidden:
            self.wake()

    def close(self) -> None:
        """Look no more."""
        self._unsubscribe()
        self._timer.deactivate()
        self.look_in(None)

    def _tick(self) -> None:
        if time.monotonic() - self._looked_at >= BEAT_SECONDS:
            self.wake()

    def _delete(self) -> None:
        self.close()
        if self._task:
            self._task.cancel()

    async def _look_until_quiet(self) -> None:
        with self._client:
            self._is_asked_again = True
            while self._is_asked_again:
                self._is_asked_again = False
                self._looked_at = time.monotonic()
                self.look_in(await self._look())
