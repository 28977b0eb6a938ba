"""Upkeep: what is due for generations that nobody watches. Unfinished runs are advanced, pictures copied,
unknown fates followed up, deleted rows removed.

Any number of processes run the loop on one database: each takes due generations that no other has.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

from core.context import Context
from core.errors import CancelNotConfirmed, EaselError
from core.models import PROVIDER_KEEPS, Generation, Task
from core.pictures.store import StoreUnavailable
from core.repositories import gallery, generations, housekeeping, settling
from core.repositories.settling import Due
from core.services.advance import advance, in_flight_ttl
from core.services.cancel import cancel_at_provider
from core.services.follow_up import follow_up
from core.services.pictures import (
    PictureNotStored,
    delete_picture,
    forget_settled_pictures,
    store_picture,
)

PERIOD_SECONDS = 3.0
HOUSEKEEPING_SECONDS = 600.0
BATCH = 20
LOOP_NAME = "upkeep"
_AT_ONCE = 5

logger = logging.getLogger(__name__)


class Upkeep:
    """The loop of one process, from `start` to `stop`; says how it is doing."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._stopping = asyncio.Event()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self.last_run_at: datetime | None = None
        self.lag_seconds = 0.0
        """How long what was due last had been due."""
        self._next_housekeeping = 0.0

    def start(self) -> None:
        """The loop is background work: the context closes only when the run under way has ended."""
        self._ctx.background.start(self._loop()).set_name(LOOP_NAME)

    def stop(self) -> None:
        """Let the run under way be the last."""
        self._stopping.set()

    async def run_once(self) -> int:
        """Do what is due now, for a batch of generations; returns how many. Raises `ServiceUnavailable`."""
        async with self._ctx.database.transaction() as session:
            if time.monotonic() >= self._next_housekeeping:
                await housekeeping.remove_expired(session)
                self._next_housekeeping = time.monotonic() + HOUSEKEEPING_SECONDS
            due = await settling.claim(session, batch=BATCH)
        self.lag_seconds = max((each.lag_seconds for each in due), default=0.0)
        await asyncio.gather(*(self._look_after(each) for each in due))
        await forget_settled_pictures(self._ctx)
        self.last_run_at = datetime.now(UTC)
        return len(due)

    async def _loop(self) -> None:
        while not self._stopping.is_set():
            try:
                is_full = await self.run_once() == BATCH
            except EaselError as error:
                logger.warning("Upkeep could not run: %s", error)
                is_full = False
            except Exception:
                logger.exception("Upkeep met an unexpected error")
                is_full = False
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), 0 if is_full else PERIOD_SECONDS)

    async def _look_after(self, due: Due) -> None:
        async with self._slots:
            if self._stopping.is_set():
                return  # due again soon, for another process or the next start
            try:
                await self._ctx.background.finish(
                    look_after(self._ctx, id=due.generation_id, owner_id=due.owner_id)
                )
            except EaselError as error:
                logger.warning("Upkeep of generation %s failed: %s", due.generation_id, error)
            except Exception:
                logger.exception("Upkeep of generation %s failed", due.generation_id)


async def look_after(ctx: Context, *, id: UUID, owner_id: UUID) -> None:
    """Do the task that a generation needs, if any. Raises `ServiceUnavailable`."""
    async with ctx.database.transaction(owner_id) as session:
        generation = await generations.get_by_id(session, id=id, owner_id=owner_id, with_deleted=True)
    if generation and generation.task:
        await _TASKS[generation.task](ctx, generation)


async def _advance(ctx: Context, generation: Generation) -> None:
    """Search the whole list for a lost prediction, and ask again for a cancel that was not confirmed."""
    async with ctx.database.transaction(generation.owner_id) as session:
        overdue = await generations.find_overdue_by_owner(
            session, owner_id=generation.owner_id, ttl=in_flight_ttl(ctx)
        )
    generation = await advance(ctx, generation, is_overdue=overdue is not None, whole_list=True)
    if generation.is_processing and generation.cancel_requested_at and generation.external_id:
        with suppress(CancelNotConfirmed):  # asked for again when it is due again
            await cancel_at_provider(ctx, generation)


async def _store(ctx: Context, generation: Generation) -> None:
    try:
        await store_picture(ctx, generation)
    except PictureNotStored:
        async with ctx.database.transaction(generation.owner_id) as session:
            is_lost = await generations.give_up(
                session, id=generation.id, owner_id=generation.owner_id, age=PROVIDER_KEEPS
            )
        if is_lost:
            ctx.waiting.remove([generation.id])
            logger.error("Generation %s: the provider has forgotten its picture", generation.id)  # noqa: TRY400


async def _remove(ctx: Context, generation: Generation) -> None:
    """Row and bytes in one transaction: a restore comes before both or after both, and a row whose
    bytes could not be deleted stays, to be tried again."""
    ctx.waiting.remove([generation.id])
    try:
        async with ctx.database.transaction(generation.owner_id) as session:
            # Deleted only after it was claimed for something else: its time to undo is still running.
            if not await settling.is_claimed(session, generation_id=generation.id):
                return
            if await gallery.remove_deleted(session, id=generation.id, owner_id=generation.owner_id):
                await delete_picture(ctx, generation)
    except StoreUnavailable as error:
        logger.warning("Generation %s: its picture could not be deleted yet (%s)", generation.id, error)


_TASKS: dict[Task, Callable[[Context, Generation], Awaitable[None]]] = {
    Task.ADVANCE: _advance,
    Task.STORE: _store,
    Task.FOLLOW_UP: follow_up,
    Task.REMOVE: _remove,
}
