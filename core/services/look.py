"""Ask the provider where a generation stands, or to end it. Without an answer nothing changes."""

import asyncio
import logging

from core import points
from core.context import Context
from core.models import Generation
from core.provider.client import ProviderUnavailable
from core.provider.replies import PROCESSING, Prediction
from core.services.adoption import adopt

logger = logging.getLogger(__name__)


async def look(
    ctx: Context, generation: Generation, *, is_thorough: bool = False
) -> tuple[Generation, Prediction]:
    """Where it stands; the generation comes back with its prediction's id if it had none before.

    Readers who ask at the same time share one question: nobody can use up the provider's patience,
    which is everyone's, by reading in parallel. `is_thorough` looks through all of the provider's list
    for one whose create was never answered; that takes long, so others do not wait for it.
    """
    question = (generation.id, is_thorough and generation.external_id is None)
    under_way = ctx.looks.get(question)
    if under_way is None:
        under_way = ctx.looks[question] = ctx.start(_ask(ctx, generation, is_thorough))
        under_way.add_done_callback(lambda _: ctx.looks.pop(question, None))
    return await asyncio.shield(under_way)


async def ask_to_cancel(ctx: Context, generation: Generation) -> Prediction:
    """Where it stands once the provider has been asked to end it."""
    if generation.external_id is None:
        return PROCESSING
    try:
        return await ctx.provider.cancel_prediction(generation.external_id)
    except ProviderUnavailable as reason:
        logger.warning("Generation %s could not be canceled at the provider (%s)", generation.id, reason)
        return PROCESSING


async def _ask(ctx: Context, generation: Generation, is_thorough: bool) -> tuple[Generation, Prediction]:
    if generation.external_id is None:
        generation, prediction = await adopt(ctx, generation, is_thorough=is_thorough)
    if generation.external_id is None:
        return generation, prediction
    try:
        prediction = await ctx.provider.fetch_prediction(generation.external_id)
    except ProviderUnavailable as reason:
        logger.info("Generation %s: the provider gave no answer (%s)", generation.id, reason)
        return generation, PROCESSING
    points.passing("poll: provider answered")
    return generation, prediction
