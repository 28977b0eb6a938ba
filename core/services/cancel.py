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

_LOOKS = 3
_PAUSE_SECONDS = 1.0


async def cancel_generation(ctx: Context, *, id: UUID, owner_id: UUID) -> Generation:
    """Cancel a running generation. Returns its row after the provider has confirmed the end.

    A generation that has ended already is returned unchanged: a late cancel keeps the picture. Raises
    `NotFound`, `ServiceUnavailable`, and `CancelNotConfirmed` when the provider does not confirm within
    seconds: upkeep then repeats the request.
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
    """Cancel the prediction and wait some seconds for its end. Returns the ended row.

    Raises `ServiceUnavailable`, and `CancelNotConfirmed` when the prediction runs on or nobody answers.
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
