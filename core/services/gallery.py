"""A person's generations, newest first; delete one, and undo that."""

from uuid import UUID

from core.context import Context
from core.errors import GenerationInFlight, NotFound
from core.models import Generation
from core.repositories import gallery, generations


async def list_generations(
    ctx: Context, *, owner_id: UUID, limit: int, before: UUID | None = None
) -> list[Generation]:
    """Up to `limit` of the owner's generations, from the newest, or from after the one called `before`.

    Raises `NotFound` when there is no `before` of this owner.
    """
    async with ctx.database.transaction(owner_id) as session:
        start = None
        if before:
            start = await generations.get_by_id(session, id=before, owner_id=owner_id, with_deleted=True)
            if start is None:
                raise NotFound
        return await gallery.list_newest_first(session, owner_id=owner_id, limit=limit, start=start)


async def delete_generation(ctx: Context, *, id: UUID, owner_id: UUID) -> int:
    """Take it out of sight; row and bytes go for good some seconds later. Returns how many.

    Raises `NotFound`, and `GenerationInFlight` while it runs: it has to be canceled first.
    """
    async with ctx.database.transaction(owner_id) as session:
        generation = await generations.get_by_id(session, id=id, owner_id=owner_id)
        if generation is None:
            raise NotFound
        if generation.is_processing:
            raise GenerationInFlight("This one is still running. Cancel it first.")
        await gallery.mark_deleted(session, id=id, owner_id=owner_id)
    return int(gallery.UNDO_TIME.total_seconds())


async def restore_generation(ctx: Context, *, id: UUID, owner_id: UUID) -> None:
    """Undo a delete. Raises `NotFound` once it is gone for good."""
    async with ctx.database.transaction(owner_id) as session:
        if not await gallery.restore(session, id=id, owner_id=owner_id):
            raise NotFound("It has been deleted for good.")
