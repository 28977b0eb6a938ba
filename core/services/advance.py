"""Advance a generation: ask the provider, and write down the phase or the end."""

import logging
from datetime import timedelta

from core import points
from core.charges import Charge
from core.context import Context
from core.ends import End, failed
from core.failures import FailureCode
from core.models import Generation, Phase, may_become
from core.repositories import generations, run_times
from core.services.look import ask_to_cancel, look
from core.services.pictures import try_to_store_picture

logger = logging.getLogger(__name__)


def in_flight_ttl(ctx: Context) -> timedelta:
    """The time limit of a generation. Until then an unfinished generation blocks the owner's next one."""
    return timedelta(minutes=ctx.settings.in_flight_ttl_minutes)


async def advance(
    ctx: Context, generation: Generation, *, is_overdue: bool, whole_list: bool = False
) -> Generation:
    """Ask how an unfinished generation stands, and end it if it has ended there or `is_overdue`.

    Returns the row after that. `whole_list` is explained at `look`. Raises `ServiceUnavailable`.
    """
    seen = await look(ctx, generation, whole_list=whole_list)
    generation, verdict = seen.generation, seen.end
    if is_overdue and not (verdict and verdict.is_success):
        verdict = await _time_out(ctx, generation, verdict)
    if verdict and may_become(generation.status, verdict.status):
        return await end(ctx, generation, verdict)
    return await _note_phase(ctx, generation, seen.phase)


async def end(ctx: Context, generation: Generation, verdict: End) -> Generation:
    """Write down the end, unless an end is written already. Returns the row after that, and starts the copy
    of a picture in the background. Raises `ServiceUnavailable`."""
    async with ctx.database.transaction(generation.owner_id) as session:
        ended = await generations.update_status_and_url(
            session, id=generation.id, owner_id=generation.owner_id, end=verdict
        )
        if ended is None:
            current = await generations.get_by_id(session, id=generation.id, owner_id=generation.owner_id)
            return current or generation
        if verdict.seconds is not None:
            await run_times.add(
                session,
                model=generation.model,
                quality=quality_of_run(ctx, generation),
                seconds=verdict.seconds,
            )
    points.passing("poll: end written")
    logger.info("Generation %s ended: %s %s", ended.id, ended.status, ended.error_code or "")
    if ended.needs_storing:
        ctx.background.start(try_to_store_picture(ctx, ended))
    return ended


def quality_of_run(ctx: Context, generation: Generation) -> str:
    """The quality under which the run's time is filed; for a row without quality, the one in the settings."""
    return generation.quality or ctx.settings.image_quality


async def _time_out(ctx: Context, generation: Generation, verdict: End | None) -> End:
    """The end of an overdue generation without a picture; a prediction that still runs is canceled."""
    if verdict is None:
        verdict = (await ask_to_cancel(ctx, generation)).end
    if verdict is None:
        return failed(FailureCode.TIMED_OUT, Charge.UNKNOWN)
    is_own_failure = verdict.failure is not FailureCode.CANCELED and generation.external_id
    if verdict.is_success or is_own_failure:
        return verdict
    return failed(FailureCode.TIMED_OUT, verdict.charge)


async def _note_phase(ctx: Context, generation: Generation, phase: Phase | None) -> Generation:
    """Save a new phase. Returns the row as it is now: another process may have ended it meanwhile."""
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
