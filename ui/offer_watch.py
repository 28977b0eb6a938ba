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
    """Shows the offer of one page: when it opens, after what changes it, and when something comes back."""

    def __init__(self, ctx: Context, owner_id: UUID, show: Callable[[Offer], None]) -> None:
        self._ctx = ctx
        self._owner_id = owner_id
        self._tell = show
        self._client = context.client
        self._due: asyncio.TimerHandle | None = None
        self._unsubscribe = ctx.news.subscribe(EVERYBODY, self.wake)
        self._client.on_delete(self._close)

    def wake(self) -> None:
        """Look now, in the background."""
        if not self._client.is_deleted:
            background_tasks.create(self._look_again(), name="offer")

    def show(self, offer: Offer) -> None:
        """Show it, and look again when something that stands in the way goes by itself."""
        self._tell(offer)
        if offer.changes_at:
            seconds = (offer.changes_at - datetime.now(UTC)).total_seconds()
            self._look_in(max(seconds, _LEAST_SECONDS) + random.uniform(0, _SPREAD_SECONDS))  # noqa: S311  (no secret)

    async def _look_again(self) -> None:
        with self._client:
            try:
                self.show(await services.read_offer(self._ctx, owner_id=self._owner_id))
            except EaselError:
                self._look_in(_AWAY_SECONDS)

    def _look_in(self, seconds: float) -> None:
        if self._due:
            self._due.cancel()
        if not self._client.is_deleted:
            self._due = asyncio.get_running_loop().call_later(seconds, self.wake)

    def _close(self) -> None:
        self._unsubscribe()
        if self._due:
            self._due.cancel()
