"""When an open page looks at what another picture costs and at what stands in the way of one."""

import asyncio
import random
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

from nicegui import background_tasks, context

from core import services
from core.context import Context
from core.errors import EaselError
from core.services import EVERYBODY, Offer

_LEAST_SECONDS = 30.0
_AWAY_SECONDS = 4.0
# Not everybody at once when a day begins.
_SPREAD_SECONDS = 5.0


class OfferWatch:
    """Shows the offer of one page: when it opens, after what changes it, and when something comes back.

    Never two looks at a time: an older answer could come after a newer one.
    """

    def __init__(self, ctx: Context, owner_id: UUID, show_offer: Callable[[Offer], None]) -> None:
        self._ctx = ctx
        self._owner_id = owner_id
        self._show_offer = show_offer
        self._client = context.client
        self._shown: Offer | None = None
        self._is_asked_again = False
        self._task: asyncio.Task[None] | None = None
        self._due: asyncio.TimerHandle | None = None
        self._is_closed = False
        self._unsubscribe = ctx.news.subscribe(EVERYBODY, self.wake)
        self._client.on_delete(self.close)

    def wake(self) -> None:
        """Look now; once more after a look that is under way, which may have come too early."""
        if self._task and not self._task.done():
            self._is_asked_again = True
        elif not self._is_closed:
            self._task = background_tasks.create(self._look_until_quiet(), name="offer")

    def compare(self, *, is_paused: bool, is_budget_spent: bool) -> None:
        """Look again where the page shows something else: a notice may have been lost."""
        shown = self._shown
        if shown and (shown.is_paused, shown.is_budget_reached) != (is_paused, is_budget_spent):
            self.wake()

    def show(self, offer: Offer) -> None:
        """Show it, and look again when something that stands in the way goes by itself."""
        self._shown = offer
        self._show_offer(offer)
        if offer.changes_at:
            seconds = (offer.changes_at - datetime.now(UTC)).total_seconds()
            self._look_in(max(seconds, _LEAST_SECONDS) + random.uniform(0, _SPREAD_SECONDS))  # noqa: S311  (no secret)

    def close(self) -> None:
        """Look no more."""
        self._is_closed = True
        self._unsubscribe()
        if self._due:
            self._due.cancel()

    async def _look_until_quiet(self) -> None:
        with self._client:
            self._is_asked_again = True
            while self._is_asked_again and not self._is_closed:
                self._is_asked_again = False
                try:
                    self.show(await services.read_offer(self._ctx, owner_id=self._owner_id))
                except EaselError:
                    self._look_in(_AWAY_SECONDS)

    def _look_in(self, seconds: float) -> None:
        if self._due:
            self._due.cancel()
        if not self._is_closed:
            self._due = asyncio.get_running_loop().call_later(seconds, self.wake)
