"""Read a generation: its latest state."""

from uuid import UUID

from core.callers import Caller
from core.context import Context
from core.models import Generation
from core.poll_schedule import pause_after
from core.repositories.reads import Standing
from core.services.advance import advance, is_due
from core.services.standing import get_standing


async def get_generation(ctx: Context, *, id: UUID, owner_id: Caller) -> Generation:
    """The latest state of an owner's generation; the provider is asked if the schedule in the row says so.

    Without an answer from the provider the state stays as it was. `owner_id` may be the token of a login
    session of theirs. Raises `NotFound` (for another owner's id, too), `Unauthenticated` for a login session
    that is over, and `ServiceUnavailable`.
    """
    return (await read_generation(ctx, id=id, owner_id=owner_id)).generation


async def read_generation(ctx: Context, *, id: UUID, owner_id: Caller) -> Standing:
    """The same, with the seconds after which reading again makes sense."""
    standing = await get_standing(ctx, id=id, owner_id=owner_id)
    if not is_due(ctx, standing):
        return standing
    pause = pause_after(standing.age, standing.history, ctx.limits.polls)
    return standing._replace(generation=await advance(ctx, standing), poll_in=pause)
