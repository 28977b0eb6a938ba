"""Read a generation: its latest state."""

from uuid import UUID

from core.callers import Caller
from core.context import Context
from core.models import Generation
from core.services.advance import advance, is_due
from core.services.standing import get_standing


async def get_generation(ctx: Context, *, id: UUID, owner_id: Caller) -> Generation:
    """The latest state of an owner's generation; the provider is asked if the schedule in the row says so.

    Without an answer from the provider the state stays as it was. `owner_id` may be the token of a login
    session of theirs. Raises `NotFound` (for another owner's id, too), `Unauthenticated` for a login session
    that is over, and `ServiceUnavailable`.
    """
    standing = await get_standing(ctx, id=id, owner_id=owner_id)
    return await advance(ctx, standing) if is_due(ctx, standing) else standing.generation
