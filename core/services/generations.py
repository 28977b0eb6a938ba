"""Submit a generation and learn what became of it."""

import asyncio
import logging
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from core import points
from core.charges import Charge
from core.context import Context
from core.errors import (
    CancelNotConfirmed,
    GenerationInFlight,
    NoCredits,
    NotFound,
    ProviderFailed,
    ServiceUnavailable,
    ValidationFailed,
)
from core.failures import FailureCode
from core.models import Generation, Status
from core.provider.client import StartRefused, StartUncertain
from core.provider.inputs import chosen_quality
from core.provider.replies import Prediction
from core.repositories import generations, run_times
from core.repositories.run_times import Estimate
from core.services import credit_check, outcome
from core.services.press import Press, check_key

MAX_PROMPT_LENGTH = 800
EMPTY_PROMPT = "Please describe the picture you want."
_SAVE_PAUSES_SECONDS = (0.0, 0.5, 2.0, 5.0)

logger = logging.getLogger(__name__)


async def submit_generation(
    ctx: Context, *, prompt: str, owner_id: UUID, idempotency_key: str | None = None
) -> UUID:
    """Start a generation and return its id, without waiting for the picture.

    `prompt` has 1 to 800 characters. The same `idempotency_key` (1 to 255 printable ASCII characters)
    with the same prompt gives the same id for a day, and starts nothing more. Raises
    `ValidationFailed`, `NoCredits`, `GenerationInFlight`, `IdempotencyConflict`, `ProviderFailed`
    (nothing was started) and `ServiceUnavailable`.
    """
    _check_prompt(prompt)
    check_key(idempotency_key)
    press = Press(owner_id, prompt, idempotency_key)
    started = await press.find_started(ctx)
    if started:
        return started
    if not await credit_check.check_user_has_credits(owner_id):
        raise NoCredits
    await _settle_overdue(ctx, owner_id)
    # A closed page or a dropped request must not stop us half-way, with a row that nobody starts.
    return await ctx.finish(_reserve_and_start(ctx, press))


async def get_generation(ctx: Context, *, id: UUID, owner_id: UUID, is_thorough: bool = False) -> Generation:
    """The latest state of an owner's generation; asks the provider where it stands, once.

    Raises `NotFound` (for another owner's id, too) and `ServiceUnavailable`. A provider that is slow
    or down leaves the state as it was. For one whose create was never answered the provider's list comes
    first: one page of it, all if `is_thorough`, which is nothing to wait for. One that is overdue is
    canceled there, too.
    """
    async with ctx.database.transaction(owner_id) as session:
        generation = await generations.get_by_id(session, id=id, owner_id=owner_id)
        if generation is None:
            raise NotFound
        if not generation.is_processing:
            return generation
        overdue = await generations.find_overdue_by_owner(session, owner_id=owner_id, ttl=_ttl(ctx))
    return await outcome.settle(ctx, generation, is_overdue=overdue is not None, is_thorough=is_thorough)


async def cancel_generation(ctx: Context, *, id: UUID, owner_id: UUID) -> Generation:
    """End a running generation at the provider; its state once the provider has confirmed.

    One that ended meanwhile is returned as it ended: a cancel that comes too late keeps the picture.
    Raises `NotFound`, `ServiceUnavailable`, and `CancelNotConfirmed` when the provider has not confirmed
    it: the reconcile loop goes on asking.
    """
    generation = await get_generation(ctx, id=id, owner_id=owner_id)
    if not generation.is_processing:
        return generation
    async with ctx.database.transaction(owner_id) as session:
        await generations.note_cancel_request(session, id=id, owner_id=owner_id)
    points.passing("cancel: asked for")
    if generation.external_id is None:
        raise CancelNotConfirmed
    return await ctx.finish(outcome.cancel(ctx, generation))


async def get_active_generation(ctx: Context, *, owner_id: UUID) -> Generation | None:
    """The owner's generation that is in flight, for a page that opens while it runs."""
    async with ctx.database.transaction(owner_id) as session:
        return await generations.find_active_by_owner_within_ttl(session, owner_id=owner_id, ttl=_ttl(ctx))


class Progress(NamedTuple):
    """How long a generation has run, by the database's clock, and how long most take here."""

    age_seconds: float
    estimate: Estimate | None


async def get_progress(ctx: Context, generation: Generation) -> Progress:
    """The estimate is of this installation's own newest runs of model and quality; None without enough."""
    async with ctx.database.transaction(generation.owner_id) as session:
        return Progress(
            await generations.get_age_seconds(session, id=generation.id, owner_id=generation.owner_id),
            await run_times.estimate(
                session, model=generation.model, quality=outcome.quality_of_run(ctx, generation)
            ),
        )


def _check_prompt(prompt: str) -> None:
    """Raise `ValidationFailed` unless `prompt` is something to draw and can be stored."""
    problem = _prompt_problem(prompt)
    if problem:
        raise ValidationFailed(field_errors={"prompt": [problem]})


def _prompt_problem(prompt: str) -> str | None:
    if not prompt.strip():
        return EMPTY_PROMPT
    if len(prompt) > MAX_PROMPT_LENGTH:
        return f"Please use {MAX_PROMPT_LENGTH} characters or fewer (this has {len(prompt)})."
    if "\x00" in prompt or any("\ud800" <= character <= "\udfff" for character in prompt):
        return "The prompt has a character that cannot be stored. Please remove it."
    return None


async def _reserve_and_start(ctx: Context, press: Press) -> UUID:
    try:
        generation = await _reserve(ctx, press)
    except GenerationInFlight:
        # Perhaps by this very press, sent twice at once.
        started = await press.find_started(ctx)
        if started is None:
            raise
        return started
    points.passing("submit: row written")
    await _start(ctx, generation)
    return generation.id


async def _reserve(ctx: Context, press: Press) -> Generation:
    owner_id = press.owner_id
    async with ctx.database.transaction(owner_id) as session:
        if await generations.find_active_by_owner_within_ttl(session, owner_id=owner_id, ttl=_ttl(ctx)):
            raise GenerationInFlight
        generation = await generations.create(
            session,
            owner_id=owner_id,
            prompt=press.prompt,
            model=ctx.settings.replicate_model,
            quality=chosen_quality(ctx.settings),
        )
        if not await press.note_started(session, generation.id):
            raise GenerationInFlight
        return generation


async def _start(ctx: Context, generation: Generation) -> None:
    try:
        external_id = await ctx.provider.start_prediction(prompt=generation.prompt, marker=generation.marker)
    except StartRefused as refusal:
        logger.warning("Generation %s was refused: %s", generation.id, refusal.code)
        await outcome.end(ctx, generation, _refused(refusal.code))
        raise ProviderFailed(refusal.code) from refusal
    except StartUncertain as uncertainty:
        logger.warning("Generation %s: nobody knows whether it started (%s)", generation.id, uncertainty)
        return
    points.passing("submit: prediction accepted")
    await _save_external_id(ctx, generation, external_id)
    points.passing("submit: external id saved")


async def _save_external_id(ctx: Context, generation: Generation, external_id: str) -> None:
    """Save the id of a prediction that is being charged; a database that blinks is waited for."""
    for pause in _SAVE_PAUSES_SECONDS:
        await asyncio.sleep(pause)
        try:
            async with ctx.database.transaction(generation.owner_id) as session:
                is_ours = await generations.save_external_id(
                    session, id=generation.id, owner_id=generation.owner_id, external_id=external_id
                )
        except ServiceUnavailable:
            continue
        if is_ours:
            return
        break  # the provider has given one id twice
    logger.error("Generation %s: could not save the prediction's id %s", generation.id, external_id)


async def _settle_overdue(ctx: Context, owner_id: UUID) -> None:
    async with ctx.database.transaction(owner_id) as session:
        overdue = await generations.find_overdue_by_owner(session, owner_id=owner_id, ttl=_ttl(ctx))
    if overdue:
        await outcome.settle(ctx, overdue, is_overdue=True)


def _refused(code: FailureCode) -> Prediction:
    return Prediction(Status.FAILED, error=code, charge=Charge.NOT_CHARGED)


def _ttl(ctx: Context) -> timedelta:
    return timedelta(minutes=ctx.settings.in_flight_ttl_minutes)
