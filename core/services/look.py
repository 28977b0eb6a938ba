"""Ask the provider where a generation stands, or to end it. Without an answer nothing changes."""

import logging

from core import points
from core.context import Context
from core.looks import Look
from core.models import Generation
from core.provider.client import ProviderUnavailable
from core.provider.replies import Prediction
from core.services.adoption import adopt

logger = logging.getLogger(__name__)


async def look(ctx: Context, generation: Generation, *, whole_list: bool = False) -> Look:
    """Where it stands; the generation comes back with its prediction's id if it had none before.

    Readers who ask at the same time share one question: nobody can use up the provider's patience,
    which is everyone's, by reading in parallel. `whole_list` searches all of the provider's list for a
    prediction whose create was never answered; that takes long, so others do not wait for it.
    """
    question = (generation.id, whole_list and generation.external_id is None)
    return await ctx.looks.get(question, lambda: _ask(ctx, generation, whole_list=whole_list))


async def ask_to_cancel(ctx: Context, generation: Generation) -> Look:
    """Where it stands once the provider has been asked to end it."""
    if generation.external_id is None:
        return Look(generation)
    try:
        return _seen(generation, await ctx.provider.cancel_prediction(generation.external_id))
    except ProviderUnavailable as reason:
        logger.warning("Generation %s could not be canceled at the provider (%s)", generation.id, reason)
        return Look(generation)


async def _ask(ctx: Context, generation: Generation, *, whole_list: bool) -> Look:
    look = Look(generation)
    if generation.external_id is None:
        look = await adopt(ctx, generation, whole_list=whole_list)
    generation, external_id = look.generation, look.generation.external_id
    if external_id is None:
        return look
    try:
        prediction = await ctx.provider.fetch_prediction(external_id)
    except ProviderUnavailable as reason:
        logger.info("Generation %s: the provider gave no answer (%s)", generation.id, reason)
        return Look(generation)
    points.passing("poll: provider answered")
    return _seen(generation, prediction)


def _seen(generation: Generation, prediction: Prediction) -> Look:
    return Look(generation, prediction.end, prediction.phase)
