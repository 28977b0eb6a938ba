"""Upkeep: a loop that does the due tasks of all generations, also of those that nobody watches.

Unfinished runs are advanced, pictures copied, unknown ends followed up, deleted rows removed. Any number of
processes may run the loop on one database: each claims due generations that no other process has claimed.
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
from core.services.account_deletion import go_on_deleting
from core.services.advance import advance, is_due
from core.services.cancel import cancel_at_provider
from core.services.follow_up import follow_up
from core.services.pictures import (
    PictureNotStored,
    delete_picture,
    forget_settled_pictures,
    store_picture,
)
from core.services.standing import get_standing
from core.services.watch import watch

PERIOD_SECONDS = 3.0
LONGEST_REST_SECONDS = 30.0
HOUSEKEEPING_SECONDS = 600.0
BATCH = 20
LOOP_NAME = "upkeep"
_AT_ONCE = 5

logger = logging.getLogger(__name__)


class Upkeep:
    """The loop of one process, from `start` to `stop`, with figures for the health check."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._stopping = asyncio.Event()
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self.began_at = datetime.now(UTC)
        self.last_run_at: datetime | None = None
        self.lag_seconds = 0.0
        """For how long the oldest task of the last batch had been due."""
        self._next_housekeeping = 0.0
        self._next_in: float | None = None
        self._is_news = asyncio.Event()
        self._unsubscribe = ctx.news.subscribe(None, self._is_news.set)

    def start(self) -> None:
        """Start the loop as background work, so that the context waits for the present run when it closes."""
        self._ctx.background.start(self._loop()).set_name(LOOP_NAME)

    def stop(self) -> None:
        """End the loop after the present run."""
        self._unsubscribe()
        self._stopping.set()
        self._is_news.set()

    async def run_once(self) -> int:
        """Do the due tasks of up to `BATCH` generations; returns how many. Raises `ServiceUnavailable`."""
        if time.monotonic() >= self._next_housekeeping:
            async with self._ctx.database.transaction() as session:
                await housekeeping.remove_expired(session)
            self._next_housekeeping = time.monotonic() + HOUSEKEEPING_SECONDS
        due, self._next_in, deletions = await settling.claim(self._ctx.database.statements, batch=BATCH)
        self.lag_seconds = max((each.lag_seconds for each in due), default=0.0)
        await asyncio.gather(*(self._look_after(each) for each in due))
        for owner_id in deletions:  # which may take long, and nothing waits for it
            self._ctx.background.start(go_on_deleting(self._ctx, owner_id))
        await forget_settled_pictures(self._ctx)
        self.last_run_at = datetime.now(UTC)
        return len(due)

    async def _loop(self) -> None:
        while not self._stopping.is_set():
            is_full = False
            try:
                is_full = await self.run_once() == BATCH
            except EaselError as error:
                logger.warning("Upkeep could not run: %s", error)
            except Exception:
                logger.exception("Upkeep met an unexpected error")
            if not is_full:
                await self._rest()

    async def _rest(self) -> None:
        """Wait for `PERIOD_SECONDS`; where every change is told, until something changes or is due, too."""
        self._is_news.clear()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), PERIOD_SECONDS)
        if self._ctx.news.is_live:
            next_in = LONGEST_REST_SECONDS if self._next_in is None else self._next_in - PERIOD_SECONDS
            with suppress(TimeoutError):
                await asyncio.wait_for(self._is_news.wait(), min(max(next_in, 0.0), LONGEST_REST_SECONDS))

    async def _look_after(self, due: Due) -> None:
        async with self._slots:
            if self._stopping.is_set():
                return  # the task becomes due again, for another process or the next start
            try:
                await self._ctx.background.finish(
                    look_after(self._ctx, id=due.generation_id, owner_id=due.owner_id)
                )
            except EaselError as error:
                logger.warning("Upkeep of generation %s failed: %s", due.generation_id, error)
            except Exception:
                logger.exception("Upkeep of generation %s failed", due.generation_id)


async def look_after(ctx: Context, *, id: UUID, owner_id: UUID) -> None:
    """Do the generation's task, if it has one. Raises `ServiceUnavailable`."""
    async with ctx.database.transaction(owner_id) as session:
        generation = await generations.get_by_id(session, id=id, owner_id=owner_id, with_deleted=True)
    if generation and generation.task:
        await _TASKS[generation.task](ctx, generation)


async def _advance(ctx: Context, generation: Generation) -> None:
    """Advance the run if that is due, and watch it from here on; repeat a cancel that was not confirmed."""
    standing = await get_standing(ctx, id=generation.id, owner_id=generation.owner_id)
    if is_due(ctx, standing):
        generation = await advance(ctx, standing, whole_list=True)
    if not generation.is_processing:
        return
    watch(ctx, generation)
    if generation.cancel_requested_at and generation.external_id:
        with suppress(CancelNotConfirmed):  # the next time that the task is due repeats it
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
            # The stack would say nothing: the picture did not come in all its time.
            logger.error("Generation %s: the provider has forgotten its picture", generation.id)  # noqa: TRY400


async def _remove(ctx: Context, generation: Generation) -> None:
    """Remove row and picture in one transaction: a restore comes before both or after both, and if the
    picture cannot be deleted, the row stays for the next attempt."""
    ctx.waiting.remove([generation.id])
    try:
        async with ctx.database.transaction(generation.owner_id) as session:
            # Claimed for another task, then deleted: the time to undo is still running.
            if not await settling.is_claimed(
                session, generation_id=generation.id, owner_id=generation.owner_id
            ):
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
