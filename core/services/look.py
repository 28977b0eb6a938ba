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

    Callers at the same time share one request, so parallel reads cannot use up the account's rate limit.
    `whole_list` searches all of the provider's list for a prediction whose create got no answer; this may
    take 20 seconds, so callers without it do not wait for it. Raises `ServiceUnavailable`.
    """
    question = (generation.id, whole_list and generation.external_id is None)
    return await ctx.looks.get(question, lambda: _ask(ctx, generation, whole_list=whole_list))


async def ask_to_cancel(ctx: Context, generation: Generation) -> Look:
    """Ask the provider to cancel; the end and the phase that it answers with, empty without an answer."""
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
