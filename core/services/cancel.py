"""Cancel a running generation at the provider."""

import asyncio
from uuid import UUID

from core import points
from core.context import Context
from core.errors import CancelNotConfirmed
from core.models import Generation
from core.repositories import generations
from core.services.advance import end
from core.services.look import ask_to_cancel, look
from core.services.read import get_generation

_LOOKS = 4
_PAUSE_SECONDS = 0.5


async def cancel_generation(ctx: Context, *, id: UUID, owner_id: UUID) -> Generation:
    """End a running generation at the provider; its state once the provider has confirmed.

    One that ended meanwhile is returned as it ended: a cancel that comes too late keeps the picture.
    Raises `NotFound`, `ServiceUnavailable`, and `CancelNotConfirmed` when the provider has not confirmed
    the cancel: upkeep goes on asking.
    """
    generation = await get_generation(ctx, id=id, owner_id=owner_id)
    if not generation.is_processing:
        return generation
    async with ctx.database.transaction(owner_id) as session:
        await generations.note_cancel_request(session, id=id, owner_id=owner_id)
    points.passing("cancel: asked for")
    if generation.external_id is None:
        raise CancelNotConfirmed
    return await ctx.background.finish(cancel_at_provider(ctx, generation))


async def cancel_at_provider(ctx: Context, generation: Generation) -> Generation:
    """Cancel it at the provider and wait a moment for its end there; the generation as it ended.

    Raises `CancelNotConfirmed` when the provider still says, or may think, that it runs.
    """
    verdict = (await ask_to_cancel(ctx, generation)).end
    for _ in range(_LOOKS):
        if verdict:
            break
        await asyncio.sleep(_PAUSE_SECONDS)
        verdict = (await look(ctx, generation)).end
    if verdict is None:
        raise CancelNotConfirmed
    points.passing("cancel: provider confirmed")
    return await end(ctx, generation, verdict)
