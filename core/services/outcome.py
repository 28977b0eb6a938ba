"""What becomes of a generation: look at the provider, cancel there, and write its end down."""

import asyncio
import logging

from core import points
from core.charges import Charge
from core.context import Context
from core.errors import CancelNotConfirmed
from core.failures import FailureCode
from core.models import Generation, Phase, Status, may_become
from core.provider.replies import Prediction
from core.repositories import generations, run_times
from core.services.look import ask_to_cancel, look
from core.services.pictures import try_to_store_picture

_CANCEL_LOOKS = 4
_CANCEL_PAUSE_SECONDS = 0.5

logger = logging.getLogger(__name__)


async def settle(
    ctx: Context, generation: Generation, *, is_overdue: bool, is_thorough: bool = False
) -> Generation:
    """Learn where an unfinished generation stands; end it when it has ended there, or is overdue."""
    generation, prediction = await look(ctx, generation, is_thorough=is_thorough)
    if is_overdue and prediction.status is not Status.SUCCEEDED:
        prediction = await _time_out(ctx, generation, prediction)
    if may_become(generation.status, prediction.status):
        return await end(ctx, generation, prediction)
    return await _note_phase(ctx, generation, prediction.phase)


async def cancel(ctx: Context, generation: Generation) -> Generation:
    """Cancel it at the provider and wait a moment for its end there; the generation as it ended.

    Raises `CancelNotConfirmed` when the provider still says, or may think, that it runs.
    """
    prediction = await ask_to_cancel(ctx, generation)
    for _ in range(_CANCEL_LOOKS):
        if prediction.status.is_terminal:
            break
        await asyncio.sleep(_CANCEL_PAUSE_SECONDS)
        _, prediction = await look(ctx, generation)
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
                quality=quality_of_run(ctx, generation),
                seconds=prediction.seconds,
            )
    points.passing("poll: end written")
    logger.info("Generation %s ended: %s %s", ended.id, ended.status, ended.error_code or "")
    if ended.needs_storing:
        ctx.start(try_to_store_picture(ctx, ended))
    return ended


def quality_of_run(ctx: Context, generation: Generation) -> str:
    """The quality under which its time is filed; a row without one counts as of the quality set now."""
    return generation.quality or ctx.settings.image_quality


async def follow_up(ctx: Context, generation: Generation) -> bool:
    """Learn what became of one that timed out without our knowing; whether that is known now.

    A prediction that still runs is canceled. A picture that was made after all becomes a generation of
    its own, as terminal states never change.
    """
    generation, prediction = await look(ctx, generation, is_thorough=True)
    if not prediction.status.is_terminal:
        prediction = await ask_to_cancel(ctx, generation)
    if not prediction.status.is_terminal:
        return False
    await _write_late_news(ctx, generation, prediction)
    return True


async def _write_late_news(ctx: Context, generation: Generation, prediction: Prediction) -> None:
    charge = prediction.charge if prediction.charge is not Charge.UNKNOWN else None
    async with ctx.database.transaction(generation.owner_id) as session:
        is_news = await generations.save_late_charge(
            session, id=generation.id, owner_id=generation.owner_id, charge=charge
        )
        if is_news and prediction.url:
            await generations.create_late(session, timed_out=generation, url=prediction.url)
    if is_news:
        news = prediction.error or "made its picture"
        logger.info("Generation %s, which timed out, has %s; charge: %s", generation.id, news, charge)


async def _time_out(ctx: Context, generation: Generation, prediction: Prediction) -> Prediction:
    """The end of one that is overdue and has not succeeded: canceled if it still runs."""
    if not prediction.status.is_terminal:
        prediction = await ask_to_cancel(ctx, generation)
    if prediction.status is Status.SUCCEEDED:
        return prediction
    is_own_failure = prediction.error not in {None, FailureCode.CANCELED} and generation.external_id
    if is_own_failure:
        return prediction
    return Prediction(Status.FAILED, error=FailureCode.TIMED_OUT, charge=prediction.charge or Charge.UNKNOWN)


async def _note_phase(ctx: Context, generation: Generation, phase: Phase | None) -> Generation:
    """The generation as it stands now: while the provider was asked, somebody else may have ended it."""
    async with ctx.database.transaction(generation.owner_id) as session:
        saved = None
        if phase and phase is not generation.phase:
            saved = await generations.save_phase(
                session, id=generation.id, owner_id=generation.owner_id, phase=phase
            )
        current = saved or await generations.get_by_id(
            session, id=generation.id, owner_id=generation.owner_id
        )
    return current or generation
