"""Many of a person's generations at once: delete, undo that, and an archive of their pictures."""

from collections.abc import AsyncIterator, Collection, Sequence
from functools import partial
from uuid import UUID

from core.callers import Caller
from core.context import Context
from core.errors import NotFound
from core.models import Generation
from core.pictures.archive import Entry, zip_parts
from core.pictures.names import UniqueNames, file_name
from core.pictures.store import StoredPicture
from core.repositories import gallery, reads
from core.repositories.reads import KeptPicture
from core.services.pictures import open_picture
from core.services.standing import check_login

MAX_SELECTED = 100


async def delete_generations(ctx: Context, *, ids: Collection[UUID], owner_id: UUID) -> list[UUID]:
    """Delete those of the ids that are the owner's and have ended, and return them in that order.

    Raises `ServiceUnavailable`.
    """
    async with ctx.database.transaction(owner_id) as session:
        deleted = await gallery.mark_all_deleted(session, ids=ids, owner_id=owner_id)
    return [each for each in dict.fromkeys(ids) if each in deleted]


async def restore_generations(ctx: Context, *, ids: Collection[UUID], owner_id: UUID) -> list[UUID]:
    """Undo the deletion of those of the ids that are the owner's and not deleted for good; returns them.

    Raises `ServiceUnavailable`.
    """
    async with ctx.database.transaction(owner_id) as session:
        restored = await gallery.restore_all(session, ids=ids, owner_id=owner_id)
    return [each for each in dict.fromkeys(ids) if each in restored]


async def archive_pictures(ctx: Context, *, ids: Collection[UUID], owner_id: Caller) -> AsyncIterator[bytes]:
    """The bytes of a zip of those pictures of the ids that are the owner's and stored, the newest first.

    Raises `NotFound` when there is none, `Unauthenticated` for a login session that is over, and
    `ServiceUnavailable`; should the store fail later, the bytes end with that error.
    """
    found = await reads.list_by_ids(ctx.database.statements, caller=owner_id, ids=ids)
    if not found:
        await check_login(ctx, owner_id)
    pictures = [each for each in found if each.picture_type]
    if not pictures:
        raise NotFound
    await _open(ctx, pictures[0])  # a store that is away is told before anything is sent
    return zip_parts(_entries(ctx, pictures))


async def _entries(ctx: Context, pictures: Sequence[Generation]) -> AsyncIterator[Entry]:
    names = UniqueNames()
    for each in pictures:
        yield entry_of(ctx, each, names)


def entry_of(ctx: Context, generation: Generation, names: UniqueNames) -> Entry:
    """The file of a zip that has the generation's stored picture."""
    name = names.take(file_name(generation.prompt, generation.picture_type or ""))
    return Entry(name, generation.created_at, partial(_open, ctx, generation))


async def opened_entry_of(ctx: Context, generation: Generation, names: UniqueNames) -> Entry | None:
    """The same, opened by now; None where the picture is gone from the store."""
    stored = await _open(ctx, generation)
    if stored is None:
        return None

    async def opened() -> StoredPicture:
        return stored

    return entry_of(ctx, generation, names)._replace(open=opened)


async def _open(ctx: Context, generation: Generation) -> StoredPicture | None:
    picture = KeptPicture(generation.id, generation.owner_id, generation.prompt, generation.picture_type)
    try:
        return (await open_picture(ctx, picture, is_thumbnail=False)).stored
    except NotFound:
        return None
