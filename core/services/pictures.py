"""The pictures of generations: copy them while the provider still has them, read them, delete them."""

import asyncio
import logging
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from core import points
from core.callers import Caller
from core.context import Context
from core.errors import EaselError, NotFound, ServiceUnavailable
from core.models import Generation
from core.pictures.download import DownloadFailed
from core.pictures.image import NotAPicture, examine_aside
from core.pictures.names import file_name
from core.pictures.store import StoredPicture, StoreUnavailable
from core.repositories import accounts, generations, reads, settling
from core.repositories.reads import KeptPicture
from core.sentences import Sentence
from core.services.standing import check_login

_THUMBNAIL_TYPE = "image/webp"
_AWAY = Sentence("The pictures cannot be reached at the moment.")

logger = logging.getLogger(__name__)


class PictureNotStored(Exception):
    """This attempt to copy a picture failed; a later attempt may succeed."""


class Picture(NamedTuple):
    """A stored picture, its MIME type and the name of its file."""

    content_type: str
    file_name: str
    stored: StoredPicture


async def store_picture(ctx: Context, generation: Generation) -> None:
    """Copy the picture of a succeeded generation into the store, with a thumbnail; may be repeated.

    Raises `PictureNotStored` and `ServiceUnavailable`.
    """
    assert generation.result_url is not None  # noqa: S101  (a constraint on the table)
    key = _key(generation.owner_id, generation.id)
    try:
        content = await ctx.downloader.download(generation.result_url)
        points.passing("copy: picture fetched")
        facts = await examine_aside(content)
        await ctx.pictures.put(f"{key}.thumb", facts.thumbnail, _THUMBNAIL_TYPE)
        await ctx.pictures.put(key, content, facts.content_type)
    except (DownloadFailed, NotAPicture, StoreUnavailable) as error:
        logger.warning("Generation %s: its picture was not stored (%s)", generation.id, error)
        ctx.waiting.add(generation.id, str(error))
        raise PictureNotStored from error
    points.passing("copy: bytes stored")
    async with ctx.database.transaction(generation.owner_id) as session:
        is_there = await generations.save_picture(
            session,
            id=generation.id,
            owner_id=generation.owner_id,
            content_type=facts.content_type,
            width=facts.width,
            height=facts.height,
        )
    ctx.waiting.remove([generation.id])
    if not is_there:  # the row was removed meanwhile: its picture must not stay
        await _try_to_delete_picture(ctx, generation)


async def try_to_store_picture(ctx: Context, generation: Generation) -> None:
    """`store_picture` without the errors: upkeep repeats a copy that failed."""
    try:
        await store_picture(ctx, generation)
    except (PictureNotStored, EaselError) as error:
        logger.info("Generation %s: its picture will be stored later (%s)", generation.id, error)


async def forget_settled_pictures(ctx: Context) -> None:
    """Take the pictures off `ctx.waiting` that another process has stored, given up or deleted.

    Raises `ServiceUnavailable`.
    """
    waiting = ctx.waiting.generation_ids
    if waiting:
        async with ctx.database.transaction() as session:
            listed = await settling.find_listed(session, generation_ids=waiting)
        ctx.waiting.remove(waiting - listed)


async def find_picture(ctx: Context, *, id: UUID, owner_id: Caller) -> KeptPicture:
    """The stored picture of an owner's generation; its bytes are not touched.

    `owner_id` may be the token of a login session of theirs. Raises `NotFound`, also for a generation without
    a stored picture, `Unauthenticated` for a login session that is over, and `ServiceUnavailable`.
    """
    picture = await reads.get_picture(ctx.database.statements, id=id, caller=owner_id)
    if picture is None:
        await check_login(ctx, owner_id)
    if picture is None or picture.picture_type is None:
        raise NotFound
    return picture


async def open_picture(ctx: Context, picture: KeptPicture, *, is_thumbnail: bool) -> Picture:
    """A picture that `find_picture` found, or its thumbnail.

    Raises `NotFound` when its bytes are gone, and `ServiceUnavailable`.
    """
    assert picture.picture_type is not None  # noqa: S101  (see `find_picture`)
    key = _key(picture.owner_id, picture.id) + (".thumb" if is_thumbnail else "")
    try:
        stored = await ctx.pictures.open_picture(key)
    except FileNotFoundError:
        logger.error("Generation %s: its stored picture is gone from the store", picture.id)  # noqa: TRY400  (the stack says nothing)
        raise NotFound from None
    except StoreUnavailable as error:
        logger.warning("Generation %s: the store does not answer (%s)", picture.id, error)
        raise ServiceUnavailable(_AWAY) from error
    content_type = _THUMBNAIL_TYPE if is_thumbnail else picture.picture_type
    return Picture(content_type, file_name(picture.prompt, content_type), stored)


async def _try_to_delete_picture(ctx: Context, generation: Generation) -> None:
    try:
        await delete_picture(ctx, generation)
    except StoreUnavailable:
        logger.exception("Generation %s: a picture without a row stays in the store", generation.id)


async def delete_picture(ctx: Context, generation: Generation) -> None:
    """Delete a picture and its thumbnail from the store. Raises `StoreUnavailable`."""
    await delete_pictures(ctx, generation.owner_id, [generation.id])


async def delete_pictures(ctx: Context, owner_id: UUID, ids: Iterable[UUID]) -> None:
    """Delete many at once. Raises `StoreUnavailable`, with some of them left."""
    keys = [_key(owner_id, each) for each in ids]
    await asyncio.gather(*(ctx.pictures.delete(f"{key}{kind}") for key in keys for kind in ("", ".thumb")))


async def delete_orphans(ctx: Context, owner_id: UUID) -> None:
    """Delete what the store still has of somebody who has deleted their account: a process may have died
    between a picture and its row. Nothing, if they are back. Raises `StoreUnavailable`."""
    keys = await ctx.pictures.list_keys(f"{owner_id}/")
    # Listed before that is asked: what a person who is back makes comes later.
    if keys and not await accounts.is_back(ctx.database.statements, owner_id=owner_id):
        await asyncio.gather(*(ctx.pictures.delete(key) for key in keys))


def _key(owner_id: UUID, id: UUID) -> str:
    return f"{owner_id}/{id}"
