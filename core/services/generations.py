"""Submit a generation and learn what became of it."""

import asyncio
import logging
from datetime import timedelta
from uuid import UUID

from core.context import Context
from core.errors import (
    GenerationInFlight,
    NoCredits,
    NotFound,
    ProviderFailed,
    ServiceUnavailable,
    ValidationFailed,
)
from core.failures import FailureCode
from core.models import Generation, Status, may_become
from core.provider.client import ProviderUnavailable, StartRefused, StartUncertain
from core.provider.replies import PROCESSING, Prediction
from core.repositories import generations
from core.services import credit_check

MAX_PROMPT_LENGTH = 800
_SAVE_PAUSES_SECONDS = (0.0, 0.5, 2.0, 5.0)

logger = logging.getLogger(__name__)


async def submit_generation(ctx: Context, *, prompt: str, owner_id: UUID) -> UUID:
    """Start a generation and return its id, without waiting for the picture.

    `prompt` has 1 to 800 characters. Raises `ValidationFailed`, `NoCredits`, `GenerationInFlight`,
    `ProviderFailed` (nothing was started) and `ServiceUnavailable`.
    """
    check_prompt(prompt)
    if not await credit_check.check_user_has_credits(owner_id):
        raise NoCredits
    await _settle_overdue(ctx, owner_id)
    # A closed page or a dropped request must not stop us half-way, with a row that nobody starts.
    return await ctx.finish(_reserve_and_start(ctx, prompt, owner_id))


async def get_generation(ctx: Context, *, id: UUID, owner_id: UUID) -> Generation:
    """The latest state of an owner's generation; asks the provider at most once.

    Raises `NotFound` (for another owner's id, too) and `ServiceUnavailable`. A provider that is slow
    or down leaves the state as it was.
    """
    async with ctx.database.transaction(owner_id) as session:
        generation = await generations.get_by_id(session, id=id, owner_id=owner_id)
        if generation is None:
            raise NotFound
        if not generation.is_processing:
            return generation
        overdue = await generations.find_overdue_by_owner(session, owner_id=owner_id, ttl=_ttl(ctx))
    return await _settle(ctx, generation, is_overdue=overdue is not None)


async def get_active_generation(ctx: Context, *, owner_id: UUID) -> Generation | None:
    """The owner's generation that is in flight, for a page that opens while it runs."""
    async with ctx.database.transaction(owner_id) as session:
        return await generations.find_active_by_owner_within_ttl(session, owner_id=owner_id, ttl=_ttl(ctx))


def check_prompt(prompt: str) -> None:
    """Raise `ValidationFailed` unless `prompt` is something to draw and can be stored."""
    problem = _prompt_problem(prompt)
    if problem:
        raise ValidationFailed(field_errors={"prompt": [problem]})


def _prompt_problem(prompt: str) -> str | None:
    if not prompt.strip():
        return "Please describe the picture you want."
    if len(prompt) > MAX_PROMPT_LENGTH:
        return f"Please use {MAX_PROMPT_LENGTH} characters or fewer (this has {len(prompt)})."
    if "\x00" in prompt or any("\ud800" <= character <= "\udfff" for character in prompt):
        return "The prompt has a character that cannot be stored. Please remove it."
    return None


async def _reserve_and_start(ctx: Context, prompt: str, owner_id: UUID) -> UUID:
    generation = await _reserve(ctx, prompt, owner_id)
    await _start(ctx, generation)
    return generation.id


async def _reserve(ctx: Context, prompt: str, owner_id: UUID) -> Generation:
    async with ctx.database.transaction(owner_id) as session:
        if await generations.find_active_by_owner_within_ttl(session, owner_id=owner_id, ttl=_ttl(ctx)):
            raise GenerationInFlight
        return await generations.create(
            session, owner_id=owner_id, prompt=prompt, model=ctx.settings.replicate_model
        )


async def _start(ctx: Context, generation: Generation) -> None:
    try:
        external_id = await ctx.provider.start_prediction(prompt=generation.prompt)
    except StartRefused as refusal:
        logger.warning("Generation %s was refused: %s", generation.id, refusal.code)
        await _end(ctx, generation, Prediction(Status.FAILED, error=refusal.code))
        raise ProviderFailed(refusal.code) from refusal
    except StartUncertain as uncertainty:
        logger.warning("Generation %s: nobody knows whether it started (%s)", generation.id, uncertainty)
        return
    await _save_external_id(ctx, generation, external_id)


async def _save_external_id(ctx: Context, generation: Generation, external_id: str) -> None:
    """Save the id of a prediction that is being charged; a database that blinks is waited for."""
    for pause in _SAVE_PAUSES_SECONDS:
        await asyncio.sleep(pause)
        try:
            async with ctx.database.transaction(generation.owner_id) as session:
                await generations.save_external_id(
                    session, id=generation.id, owner_id=generation.owner_id, external_id=external_id
                )
        except ServiceUnavailable:
            continue
        return
    logger.error("Generation %s: could not save the prediction's id %s", generation.id, external_id)


async def _settle_overdue(ctx: Context, owner_id: UUID) -> None:
    async with ctx.database.transaction(owner_id) as session:
        overdue = await generations.find_overdue_by_owner(session, owner_id=owner_id, ttl=_ttl(ctx))
    if overdue:
        await _settle(ctx, overdue, is_overdue=True)


async def _settle(ctx: Context, generation: Generation, *, is_overdue: bool) -> Generation:
    """Learn where an unfinished generation stands; end it when it has ended there, or is overdue."""
    prediction = await _look(ctx, generation)
    if is_overdue:
        if prediction == PROCESSING:
            prediction = await _cancel(ctx, generation)
        if prediction == PROCESSING or prediction.error is FailureCode.CANCELED:
            prediction = Prediction(Status.FAILED, error=FailureCode.TIMED_OUT)
    if not may_become(generation.status, prediction.status):
        return generation
    return await _end(ctx, generation, prediction)


async def _look(ctx: Context, generation: Generation) -> Prediction:
    if generation.external_id is None:
        return PROCESSING
    try:
        return await ctx.provider.fetch_prediction(generation.external_id)
    except ProviderUnavailable as reason:
        logger.info("Generation %s: the provider gave no answer (%s)", generation.id, reason)
        return PROCESSING


async def _cancel(ctx: Context, generation: Generation) -> Prediction:
    if generation.external_id is None:
        return PROCESSING
    try:
        return await ctx.provider.cancel_prediction(generation.external_id)
    except ProviderUnavailable as reason:
        logger.warning("Generation %s could not be cancelled at the provider (%s)", generation.id, reason)
        return PROCESSING


async def _end(ctx: Context, generation: Generation, prediction: Prediction) -> Generation:
    """Write the end down, unless somebody else has; returns the generation as it stands then."""
    async with ctx.database.transaction(generation.owner_id) as session:
        ended = await generations.update_status_and_url(
            session,
            id=generation.id,
            owner_id=generation.owner_id,
            status=prediction.status,
            url=prediction.url,
            error_code=prediction.error,
        )
        if ended is None:
            current = await generations.get_by_id(session, id=generation.id, owner_id=generation.owner_id)
            return current or generation
    logger.info("Generation %s ended: %s %s", ended.id, ended.status, ended.error_code or "")
    return ended


def _ttl(ctx: Context) -> timedelta:
    return timedelta(minutes=ctx.settings.in_flight_ttl_minutes)
