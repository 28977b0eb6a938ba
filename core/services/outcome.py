"""What becomes of a generation at the provider: look, adopt, cancel, and write its end down."""

import asyncio
import logging
from datetime import timedelta

from core import points
from core.charges import Charge
from core.context import Context
from core.errors import CancelNotConfirmed
from core.failures import FailureCode
from core.models import Generation, Phase, Status, may_become
from core.provider.client import START_TIMEOUT_SECONDS, ProviderUnavailable
from core.provider.replies import PROCESSING, Prediction
from core.repositories import generations, run_times
from core.services.pictures import try_to_store_picture

# A create that is still under way is nobody's orphan.
ORPHAN_AFTER_SECONDS = START_TIMEOUT_SECONDS + 5
# By then the provider lists a prediction that it has accepted; one that it does not list never was.
LISTED_AFTER_SECONDS = 90.0
_CLOCKS_MAY_DIFFER_BY = timedelta(minutes=5)
_CANCEL_LOOKS = 4
_CANCEL_PAUSE_SECONDS = 0.5

logger = logging.getLogger(__name__)


async def settle(ctx: Context, generation: Generation, *, is_overdue: bool) -> Generation:
    """Learn where an unfinished generation stands; end it when it has ended there, or is overdue."""
    prediction = PROCESSING
    if generation.external_id is None:
        generation, prediction = await _adopt(ctx, generation)
    if generation.external_id is not None:
        prediction = await _look(ctx, generation)
    if is_overdue and prediction.status is not Status.SUCCEEDED:
        prediction = await _time_out(ctx, generation, prediction)
    if may_become(generation.status, prediction.status):
        return await end(ctx, generation, prediction)
    if prediction.phase and prediction.phase is not generation.phase:
        return await _save_phase(ctx, generation, prediction.phase)
    return generation


async def cancel(ctx: Context, generation: Generation) -> Generation:
    """Cancel it at the provider and wait a moment for its end there; the generation as it ended.

    Raises `CancelNotConfirmed` when the provider still says, or may think, that it runs.
    """
    prediction = await _cancel(ctx, generation)
    for _ in range(_CANCEL_LOOKS):
        if prediction.status.is_terminal:
            break
        await asyncio.sleep(_CANCEL_PAUSE_SECONDS)
        prediction = await _look(ctx, generation)
    if not prediction.status.is_terminal:
        raise CancelNotConfirmed
    points.passing("cancel: provider confirmed")
    return await end(ctx, generation, prediction)


async def end(ctx: Context, generation: Generation, prediction: Prediction) -> Generation:
    """Write the end down, unless somebody else has; returns the generation as it stands then."""
    async with ctx.database.transaction(generation.owner_id) as session:
        ended = await generations.update_status_and_url(
            session,
            id=generation.id,
            owner_id=generation.owner_id,
            status=prediction.status,
            url=prediction.url,
            error_code=prediction.error,
            charge=prediction.charge or Charge.UNKNOWN,
        )
        if ended is None:
            current = await generations.get_by_id(session, id=generation.id, owner_id=generation.owner_id)
            return current or generation
        if prediction.seconds is not None:
            await run_times.add(
                session,
                model=generation.model,
                quality=ctx.settings.image_quality,
                seconds=prediction.seconds,
            )
    points.passing("poll: end written")
    logger.info("Generation %s ended: %s %s", ended.id, ended.status, ended.error_code or "")
    if ended.needs_storing:
        ctx.start(try_to_store_picture(ctx, ended))
    return ended


async def _adopt(ctx: Context, generation: Generation) -> tuple[Generation, Prediction]:
    """Find the prediction of a generation whose create was never answered, or learn that there is none.

    Returns the generation, with its `external_id` if it was found, and where that leaves it.
    """
    owner_id = generation.owner_id
    async with ctx.database.transaction(owner_id) as session:
        age = await generations.get_age_seconds(session, id=generation.id, owner_id=owner_id)
    if age < ORPHAN_AFTER_SECONDS:
        return generation, PROCESSING
    try:
        found = await ctx.provider.find_predictions(
            prompt=generation.prompt,
            marker=generation.marker,
            created_after=generation.created_at - _CLOCKS_MAY_DIFFER_BY,
        )
    except ProviderUnavailable as reason:
        logger.info("Generation %s: the provider's list gave no answer (%s)", generation.id, reason)
        return generation, PROCESSING
    if len(found) == 1:
        logger.warning("Generation %s adopts the prediction %s", generation.id, found[0])
        async with ctx.database.transaction(owner_id) as session:
            await generations.save_external_id(
                session, id=generation.id, owner_id=owner_id, external_id=found[0]
            )
            adopted = await generations.get_by_id(session, id=generation.id, owner_id=owner_id)
        return adopted or generation, PROCESSING
    if found or age < LISTED_AFTER_SECONDS:
        return generation, PROCESSING
    logger.warning("Generation %s never reached the provider", generation.id)
    never_was = Prediction(Status.FAILED, error=FailureCode.PROVIDER_ERROR, charge=Charge.NOT_CHARGED)
    return generation, never_was


async def _time_out(ctx: Context, generation: Generation, prediction: Prediction) -> Prediction:
    """The end of one that is overdue and has not succeeded: canceled if it still runs."""
    if not prediction.status.is_terminal:
        prediction = await _cancel(ctx, generation)
    if prediction.status is Status.SUCCEEDED:
        return prediction
    is_own_failure = prediction.error not in {None, FailureCode.CANCELED} and generation.external_id
    if is_own_failure:
        return prediction
    return Prediction(Status.FAILED, error=FailureCode.TIMED_OUT, charge=prediction.charge or Charge.UNKNOWN)


async def _look(ctx: Context, generation: Generation) -> Prediction:
    """Where it stands at the provider. Readers who ask at the same time share one question: nobody can
    use up the provider's patience, which is everyone's, by reading in parallel."""
    look = ctx.looks.get(generation.id)
    if look is None:
        look = ctx.looks[generation.id] = ctx.start(_fetch(ctx, generation))
        look.add_done_callback(lambda _: ctx.looks.pop(generation.id, None))
    return await asyncio.shield(look)


async def _fetch(ctx: Context, generation: Generation) -> Prediction:
    assert generation.external_id is not None  # noqa: S101  (callers have one)
    try:
        prediction = await ctx.provider.fetch_prediction(generation.external_id)
    except ProviderUnavailable as reason:
        logger.info("Generation %s: the provider gave no answer (%s)", generation.id, reason)
        return PROCESSING
    points.passing("poll: provider answered")
    return prediction


async def _cancel(ctx: Context, generation: Generation) -> Prediction:
    if generation.external_id is None:
        return PROCESSING
    try:
        return await ctx.provider.cancel_prediction(generation.external_id)
    except ProviderUnavailable as reason:
        logger.warning("Generation %s could not be canceled at the provider (%s)", generation.id, reason)
        return PROCESSING


async def _save_phase(ctx: Context, generation: Generation, phase: Phase) -> Generation:
    async with ctx.database.transaction(generation.owner_id) as session:
        saved = await generations.save_phase(
            session, id=generation.id, owner_id=generation.owner_id, phase=phase
        )
    return saved or generation
