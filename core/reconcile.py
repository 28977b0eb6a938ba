"""The loop that settles what nobody watches: unfinished runs, pictures to copy, deleted rows to remove.

Any number of processes run it on one database: each takes due generations that no other has.
"""

import asyncio
import logging
import time
from contextlib import suppress
from datetime import UTC, datetime

from core.context import Context
from core.errors import EaselError
from core.repositories import housekeeping, settling
from core.repositories.settling import Due
from core.services.pictures import forget_settled_pictures
from core.services.settle import settle_generation

PERIOD_SECONDS = 3.0
HOUSEKEEPING_SECONDS = 600.0
BATCH = 20
LOOP_NAME = "reconcile"
_AT_ONCE = 5

logger = logging.getLogger(__name__)


class Reconciler:
    """Runs in the background from `start` to `stop`; says how it is doing."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._stopping = asyncio.Event()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self.last_run_at: datetime | None = None
        self.lag_seconds = 0.0
        self._next_housekeeping = 0.0

    def start(self) -> None:
        """The loop is work of the context, which closes only when the run under way has ended."""
        self._ctx.start(self._loop()).set_name(LOOP_NAME)

    def stop(self) -> None:
        """Let the run under way be the last."""
        self._stopping.set()

    async def run_once(self) -> int:
        """Settle what is due now, up to a batch; returns how many. Raises `ServiceUnavailable`."""
        async with self._ctx.database.transaction() as session:
            if time.monotonic() >= self._next_housekeeping:
                await housekeeping.remove_expired(session)
                self._next_housekeeping = time.monotonic() + HOUSEKEEPING_SECONDS
            due = await settling.claim(session, batch=BATCH)
        self.lag_seconds = max((one.lag_seconds for one in due), default=0.0)
        await asyncio.gather(*(self._settle(one) for one in due))
        await forget_settled_pictures(self._ctx)
        self.last_run_at = datetime.now(UTC)
        return len(due)

    async def _loop(self) -> None:
        while not self._stopping.is_set():
            try:
                is_full = await self.run_once() == BATCH
            except EaselError as error:
                logger.warning("The reconcile loop could not run: %s", error)
                is_full = False
            except Exception:
                logger.exception("The reconcile loop met an unexpected error")
                is_full = False
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), 0 if is_full else PERIOD_SECONDS)

    async def _settle(self, due: Due) -> None:
        async with self._slots:
            if self._stopping.is_set():
                return  # it is due again soon, for another process or the next start
            try:
                await self._ctx.finish(
                    settle_generation(self._ctx, id=due.generation_id, owner_id=due.owner_id)
                )
            except EaselError as error:
                logger.warning("Generation %s could not be settled: %s", due.generation_id, error)
            except Exception:
                logger.exception("Generation %s could not be settled", due.generation_id)
