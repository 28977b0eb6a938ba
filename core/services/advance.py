"""Advance a generation: ask the provider, and write down the phase or the end."""

import logging
import time
from datetime import timedelta

from core import points
from core.charges import Charge
from core.context import Context
from core.ends import End, failed
from core.failures import FailureCode
from core.models import Generation, Phase, may_become
from core.poll_schedule import pause_after
from core.repositories import generations, reads, run_times
from core.repositories.reads import Standing
from core.services.look import ask_to_cancel, look
from core.services.pictures import try_to_store_picture
from core.services.run_times import quality_of_run

logger = logging.getLogger(__name__)


def in_flight_ttl(ctx: Context) -> timedelta:
    """The time limit of a generation. Until then an unfinished generation blocks the owner's next one."""
    return timedelta(minutes=ctx.settings.in_flight_ttl_minutes)


async def advance(ctx: Context, standing: Standing, *, whole_list: bool = False) -> Generation:
    """Ask the provider how a running generation stands, if that makes sense by now; end it if it has ended
    there, or is overdue. Returns the row after that.

    Of all who call this at a time, in any process, one asks. `whole_list` is explained at `look`. Raises
    `ServiceUnavailable`.
    """
    question = (standing.generation.id, whole_list and standing.generation.external_id is None)
    return await ctx.polls.get(question, lambda: _advance(ctx, standing, whole_list=whole_list))


def is_due(ctx: Context, standing: Standing) -> bool:
    """Whether the run is to be advanced: by the schedule in its row, or because it is overdue."""
    return standing.generation.is_processing and (standing.poll_in <= 0 or _is_overdue(ctx, standing))


def seconds_left(ctx: Context, standing: Standing) -> float:
    """Seconds until the run is overdue; not positive once it is."""
    return in_flight_ttl(ctx).total_seconds() - standing.age


def _is_overdue(ctx: Context, standing: Standing) -> bool:
    return seconds_left(ctx, standing) <= 0


async def _advance(ctx: Context, standing: Standing, *, whole_list: bool) -> Generation:
    generation = await _claim(ctx, standing)
    if generation is None:
        return standing.generation
    seen = await look(ctx, generation, whole_list=whole_list)
    generation, verdict = seen.generation, seen.end
    if _is_overdue(ctx, standing) and not (verdict and verdict.is_success):
        verdict = await _time_out(ctx, generation, verdict)
    if verdict and may_become(generation.status, verdict.status):
        return await end(ctx, generation, verdict)
    if seen.phase and seen.phase is not generation.phase:
        return await _save_phase(ctx, generation, seen.phase)
    return generation


async def _claim(ctx: Context, standing: Standing) -> Generation | None:
    """The row with the claim on the next poll; None when another caller has it, or it came too late.

    Late is a claim whose poll could come within `apart_seconds` before that of the next claim.
    """
    polls, generation = ctx.limits.polls, standing.generation
    is_overdue = _is_overdue(ctx, standing)
    # An overdue run ends with this poll, so the next one may be far.
    pause = polls.longest_seconds if is_overdue else pause_after(standing.age, standing.history, polls)
    claim = await reads.claim_poll(
        ctx.database.statements,
        id=generation.id,
        owner_id=generation.owner_id,
        pause=pause,
        is_urgent=is_overdue,
        apart=polls.apart_seconds + (polls.late_seconds if is_overdue else 0.0),
    )
    if claim is None or time.monotonic() - claim.sent_at > min(
        pause - polls.apart_seconds, polls.late_seconds
    ):
        return None
    return claim.generation


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
                quality=quality_of_run(ctx, generation.order),
                seconds=verdict.seconds,
            )
    points.passing("poll: end written")
    ctx.metrics.ends[ended.status, ended.error_code or ""] += 1
    logger.info("Generation %s ended: %s %s", ended.id, ended.status, ended.error_code or "")
    if ended.needs_storing:
        ctx.background.start(try_to_store_picture(ctx, ended))
    return ended


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


async def _save_phase(ctx: Context, generation: Generation, phase: Phase) -> Generation:
    """Save a new phase. Returns the row as it is now: another process may have ended it meanwhile."""
    async with ctx.database.transaction(generation.owner_id) as session:
        saved = await generations.save_phase(
            session, id=generation.id, owner_id=generation.owner_id, phase=phase
        )
        current = saved or await generations.get_by_id(
            session, id=generation.id, owner_id=generation.owner_id
        )
    return current or generation
