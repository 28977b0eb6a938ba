"""How a generation stands in its row; the provider is not asked."""

from uuid import UUID

from core.callers import Caller, LoginToken
from core.context import Context
from core.errors import NotFound, Unauthenticated
from core.repositories import reads
from core.repositories.reads import Standing


async def get_standing(ctx: Context, *, id: UUID, owner_id: Caller) -> Standing:
    """The generation of an owner, who may be given by the token of a login session, as its row has it.

    Raises `NotFound` (for another owner's id, too), `Unauthenticated` for a login session that is over, and
    `ServiceUnavailable`.
    """
    standing = await find_standing(ctx, id=id, owner_id=owner_id)
    if standing is None:
        await check_login(ctx, owner_id)
        raise NotFound
    return standing


async def find_standing(ctx: Context, *, id: UUID, owner_id: Caller) -> Standing | None:
    """The same, or None in place of `NotFound` and `Unauthenticated`."""
    return await reads.get_standing(
        ctx.database.statements, id=id, caller=owner_id, quality=ctx.settings.image_quality
    )


async def find_running(ctx: Context, owner_id: UUID) -> Standing | None:
    """The owner's generation that runs; None where there is none. Raises `ServiceUnavailable`."""
    shown = await reads.read_shown(
        ctx.database.statements,
        owner_id=owner_id,
        token_hashes=[],
        shown=[],
        quality=ctx.settings.image_quality,
    )
    return next(iter(shown.standings.values()), None)


async def check_login(ctx: Context, caller: Caller) -> None:
    """Raise `Unauthenticated` for a login session or API token that is over; and `ServiceUnavailable`."""
    if isinstance(caller, LoginToken) and not await reads.is_live(
        ctx.database.statements, token_hash=caller.hash
    ):
        raise Unauthenticated
