"""A person's generations, newest first; deleting a generation, and undoing the deletion."""

from uuid import UUID

from core.callers import Caller
from core.context import Context
from core.errors import GenerationInFlight, NotFound
from core.models import Generation
from core.repositories import gallery, generations, reads
from core.sentences import Sentence
from core.services.standing import check_login

UNDO_SECONDS = int(gallery.UNDO_TIME.total_seconds())
_STILL_RUNNING = Sentence("This one is still running. Cancel it first.")
_DELETED_FOR_GOOD = Sentence("It has been deleted for good.")


async def list_generations(
    ctx: Context, *, owner_id: Caller, limit: int, before: UUID | None = None, words: str | None = None
) -> list[Generation]:
    """Up to `limit` of the owner's generations, from the newest, or from after the id `before`; with `words`
    those whose prompts contain every one of them, in any case and with or without accents.

    `owner_id` may be the token of a login session of theirs. Raises `NotFound` when the owner has no
    generation `before`, `Unauthenticated` for a login session that is over, and `ServiceUnavailable`.
    """
    found = await reads.list_newest_first(
        ctx.database.statements, caller=owner_id, limit=limit, before=before, words=words
    )
    if not found:
        await check_login(ctx, owner_id)
    return found


async def delete_generation(ctx: Context, *, id: UUID, owner_id: UUID) -> int:
    """Delete a generation. Returns for how many seconds the deletion can be undone.

    After that upkeep removes the row and the picture. Raises `NotFound`, `ServiceUnavailable`, and
    `GenerationInFlight` for a running generation, which has to be canceled first.
    """
    async with ctx.database.transaction(owner_id) as session:
        generation = await generations.get_by_id(session, id=id, owner_id=owner_id)
        if generation is None:
            raise NotFound
        if generation.is_processing:
            raise GenerationInFlight(_STILL_RUNNING, running=id)
        await gallery.mark_deleted(session, id=id, owner_id=owner_id)
    return UNDO_SECONDS


async def restore_generation(ctx: Context, *, id: UUID, owner_id: UUID) -> None:
    """Undo a deletion. Raises `NotFound` once the time for that is over, and `ServiceUnavailable`."""
    async with ctx.database.transaction(owner_id) as session:
        if not await gallery.restore(session, id=id, owner_id=owner_id):
            raise NotFound(_DELETED_FOR_GOOD)
