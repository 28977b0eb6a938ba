"""Ask the provider how a generation stands, or to cancel it. Without an answer nothing changes."""

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
    """The generation (with its prediction's id, if that was found), its end and its phase at the provider.

    `whole_list` searches all of the provider's list for a prediction whose create got no answer; this may
    take 20 seconds, so callers without it do not wait for it. Raises `ServiceUnavailable`.
    """
    seen = Look(generation)
    if generation.external_id is None:
        seen = await adopt(ctx, generation, whole_list=whole_list)
    generation, external_id = seen.generation, seen.generation.external_id
    if external_id is None:
        return seen
    try:
        prediction = await ctx.provider.fetch_prediction(external_id)
    except ProviderUnavailable as reason:
        logger.info("Generation %s: the provider gave no answer (%s)", generation.id, reason)
        return Look(generation)
    points.passing("poll: provider answered")
    return _seen(generation, prediction)


async def ask_to_cancel(ctx: Context, generation: Generation) -> Look:
    """Ask the provider to cancel; the end and the phase that it answers with, empty without an answer."""
    if generation.external_id is None:
        return Look(generation)
    try:
        return _seen(generation, await ctx.provider.cancel_prediction(generation.external_id))
    except ProviderUnavailable as reason:
        logger.warning("Generation %s could not be canceled at the provider (%s)", generation.id, reason)
        return Look(generation)


def _seen(generation: Generation, prediction: Prediction) -> Look:
    return Look(generation, prediction.end, prediction.phase)
