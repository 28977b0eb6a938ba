"""All that a person has made, as one zip: every picture, and what is known of each generation."""

import tempfile
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable
from datetime import UTC, datetime
from typing import IO, Any
from uuid import UUID, uuid4

import orjson

from core.audit import Act
from core.callers import Caller
from core.context import Context
from core.errors import RateLimited
from core.models import Generation
from core.pictures.archive import Entry, zip_parts
from core.pictures.names import UniqueNames
from core.repositories import accounts, audit, reads
from core.sentences import Sentence
from core.services.selections import opened_entry_of
from core.services.standing import check_login

LISTING = "generations.json"
_PAGE = 100
_RENEW_SECONDS = 20.0
_RETRY_SECONDS = 30
_IN_MEMORY_BYTES = 1 << 20
_PART_BYTES = 64 * 1024
_UNDER_WAY = Sentence("An export of yours is under way. Please wait until it has ended.")

Describe = Callable[[Generation], Any]


async def export_account(
    ctx: Context, *, owner_id: UUID, presented: Caller, describe: Describe
) -> AsyncIterator[bytes]:
    """The bytes of a zip with the owner's stored pictures, the newest first, and `generations.json`: a list
    of what `describe` says of each generation, with the name of its picture's `file`.

    One at a time for a person, whichever processes they ask. `presented` is the token of their login session:
    when that is over, so is this. Raises `RateLimited` for a second one, and `ServiceUnavailable`; what fails
    later ends the bytes with its error.
    """
    lease = uuid4()
    async with ctx.database.transaction(owner_id) as session:
        if not await accounts.lease_export(session, owner_id=owner_id, lease=lease):
            raise RateLimited(_RETRY_SECONDS, {}, _UNDER_WAY)
        await audit.note(session, Act.EXPORTED, actor=owner_id)
    generations = _all(ctx, owner_id, presented)
    return _leased(ctx, owner_id, lease, generations, describe)


async def _leased(
    ctx: Context, owner_id: UUID, lease: UUID, generations: AsyncIterable[Generation], describe: Describe
) -> AsyncIterator[bytes]:
    """Renews the lease while somebody reads, and gives it back."""
    renewed = time.monotonic()
    try:
        with tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES) as listing:
            async for part in zip_parts(_entries(ctx, generations, listing, describe)):
                if time.monotonic() - renewed > _RENEW_SECONDS:
                    renewed = time.monotonic()
                    await _renew(ctx, owner_id, lease)
                yield part
    finally:
        ctx.background.start(_end(ctx, owner_id, lease))


async def _renew(ctx: Context, owner_id: UUID, lease: UUID) -> None:
    async with ctx.database.transaction(owner_id) as session:
        if not await accounts.lease_export(session, owner_id=owner_id, lease=lease):
            raise RateLimited(_RETRY_SECONDS, {}, _UNDER_WAY)


async def _end(ctx: Context, owner_id: UUID, lease: UUID) -> None:
    async with ctx.database.transaction(owner_id) as session:
        await accounts.end_export(session, owner_id=owner_id, lease=lease)


async def _entries(
    ctx: Context, generations: AsyncIterable[Generation], listing: IO[bytes], describe: Describe
) -> AsyncIterator[Entry]:
    """The pictures, while what is known of them is noted in `listing`, which comes last."""
    names = UniqueNames()
    names.take(LISTING)
    separator = b"["
    async for generation in generations:
        known = dict(describe(generation))
        if generation.picture_type and (entry := await opened_entry_of(ctx, generation, names)):
            known["file"] = entry.name
            yield entry
        listing.write(separator + orjson.dumps(known, option=orjson.OPT_UTC_Z))
        separator = b",\n"
    listing.write(b"[]\n" if separator == b"[" else b"]\n")
    yield Entry(LISTING, datetime.now(UTC), _Listing(listing).open)


async def _all(ctx: Context, owner_id: UUID, presented: Caller) -> AsyncIterator[Generation]:
    """By their ids: a page that begins after one that is deleted meanwhile could not be found."""
    statements = ctx.database.statements
    ids = await accounts.list_ids(statements, owner_id=owner_id)
    for start in range(0, len(ids), _PAGE):
        page = ids[start : start + _PAGE]
        found = await reads.list_by_ids(statements, caller=presented, ids=page)
        if not found:
            await check_login(ctx, presented)
        for generation in found:
            yield generation


class _Listing:
    """What was noted in a file, as the content of a file in a zip."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    async def open(self) -> "_Listing":
        return self

    async def parts(self) -> AsyncIterator[bytes]:
        self._file.seek(0)
        while part := self._file.read(_PART_BYTES):
            yield part
