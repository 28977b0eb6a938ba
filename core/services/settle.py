"""Do for one generation what is due, when nobody watches it."""

import logging
from contextlib import suppress
from uuid import UUID

from core.context import Context
from core.errors import CancelNotConfirmed
from core.models import PROVIDER_KEEPS, Generation
from core.pictures.store import StoreUnavailable
from core.repositories import generations, settling
from core.services import outcome
from core.services.generations import get_generation
from core.services.pictures import PictureNotStored, delete_picture, store_picture

logger = logging.getLogger(__name__)


async def settle_generation(ctx: Context, *, id: UUID, owner_id: UUID) -> None:
    """Look at the provider, cancel, copy the picture, or remove what was deleted.

    Raises `NotFound` when it is deleted meanwhile, and `ServiceUnavailable`.
    """
    async with ctx.database.transaction(owner_id) as session:
        generation = await generations.get_by_id(session, id=id, owner_id=owner_id, with_deleted=True)
    if generation is None:
        return
    if generation.deleted_at:
        ctx.waiting.remove([generation.id])
        await _remove_when_due(ctx, generation)
        return
    if generation.may_come_late:
        await _follow_up(ctx, generation)
    elif generation.is_processing:
        await _settle_running(ctx, generation)
    elif generation.needs_storing:
        await _store(ctx, generation)


async def _settle_running(ctx: Context, generation: Generation) -> None:
    generation = await get_generation(ctx, id=generation.id, owner_id=generation.owner_id, is_thorough=True)
    is_to_be_canceled = generation.cancel_requested_at and generation.external_id
    if generation.is_processing and is_to_be_canceled:
        with suppress(CancelNotConfirmed):  # it is asked for again when it is due again
            await outcome.cancel(ctx, generation)


async def _follow_up(ctx: Context, generation: Generation) -> None:
    if await outcome.follow_up(ctx, generation):
        return
    async with ctx.database.transaction(generation.owner_id) as session:
        await generations.give_up(session, id=generation.id, owner_id=generation.owner_id, age=PROVIDER_KEEPS)


async def _remove_when_due(ctx: Context, generation: Generation) -> None:
    """Row and bytes in one transaction: a restore comes before both or after both, and a row whose
    bytes could not be deleted stays, to be tried again."""
    try:
        async with ctx.database.transaction(generation.owner_id) as session:
            # Deleted only after it was claimed for something else: its time to undo is still running.
            if not await settling.is_claimed(session, generation_id=generation.id):
                return
            if await generations.remove_deleted(session, id=generation.id, owner_id=generation.owner_id):
                await delete_picture(ctx, generation)
    except StoreUnavailable as error:
        logger.warning("Generation %s: its picture could not be deleted yet (%s)", generation.id, error)


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
