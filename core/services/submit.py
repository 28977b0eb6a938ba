"""Submit a generation: check the order, reserve the owner's place in flight, start the prediction once."""

import asyncio
import logging
from uuid import UUID

from core import points
from core.charges import Charge
from core.context import Context
from core.ends import failed
from core.errors import GenerationInFlight, NoCredits, ProviderFailed, ServiceUnavailable, ValidationFailed
from core.models import Generation
from core.orders import Order, choices
from core.provider import inputs
from core.provider.client import StartRefused, StartUncertain
from core.repositories import generations
from core.sentences import Sentence
from core.services import credit_check
from core.services.adoption import ORPHAN_AFTER_SECONDS
from core.services.advance import advance, end, in_flight_ttl
from core.services.press import Press, check_key
from core.services.run_times import pause_before_first_poll
from core.services.standing import find_running, get_standing
from core.services.watch import watch

MAX_PROMPT_LENGTH = 800
EMPTY_PROMPT = Sentence("Please describe the picture you want.")
_UNKNOWN_CHOICE = Sentence("This cannot be chosen.")
_UNSTORABLE = Sentence("The prompt has a character that cannot be stored. Please remove it.")
_SAVE_PAUSES_SECONDS = (0.0, 0.5, 2.0, 5.0)

logger = logging.getLogger(__name__)


def new_order(ctx: Context, /, prompt: str, **others: str) -> Order:
    """An order for `prompt` and a person's other choices, with the model and the quality from the settings.

    The values are not checked. Raises `ValidationFailed` for a choice that an order does not have.
    """
    unknown = sorted(others.keys() - set(choices()))
    if unknown:
        raise ValidationFailed(field_errors={name: [_UNKNOWN_CHOICE] for name in unknown})
    return inputs.new_order(ctx.settings, prompt, **others)


async def submit_generation(
    ctx: Context, *, order: Order, owner_id: UUID, idempotency_key: str | None = None
) -> UUID:
    """Start a generation and return its id, without waiting for the picture.

    The order's prompt has 1 to 800 characters. The same `idempotency_key` (1 to 255 printable ASCII
    characters) with the same order gives the same id for a day, and starts nothing more. Raises
    `ValidationFailed`, `NoCredits`, `BudgetReached`, `Paused`, `GenerationInFlight`, `IdempotencyConflict`,
    `ProviderFailed` (nothing was started) and `ServiceUnavailable`.
    """
    _check_prompt(order.prompt)
    check_key(idempotency_key)
    press = Press(owner_id, order, idempotency_key)
    started = await press.find_started(ctx)
    if started:
        return started
    if not await credit_check.check_user_has_credits(owner_id):
        raise NoCredits
    await _end_overdue(ctx, owner_id)
    # A closed page or a dropped request must not stop this between the row and the prediction.
    return await ctx.background.finish(_reserve_and_start(ctx, press))


def _check_prompt(prompt: str) -> None:
    """Raise `ValidationFailed` for a prompt that is empty, too long, or cannot be stored."""
    problem = _prompt_problem(prompt)
    if problem:
        raise ValidationFailed(field_errors={"prompt": [problem]})


def _prompt_problem(prompt: str) -> Sentence | None:
    if not prompt.strip():
        return EMPTY_PROMPT
    if len(prompt) > MAX_PROMPT_LENGTH:
        return Sentence(
            "Please use {most} characters or fewer (this has {count}).",
            most=MAX_PROMPT_LENGTH,
            count=len(prompt),
        )
    if "\x00" in prompt or any("\ud800" <= character <= "\udfff" for character in prompt):
        return _UNSTORABLE
    return None


async def _end_overdue(ctx: Context, owner_id: UUID) -> None:
    """End the owner's overdue generation, if there is one: the database allows one in flight."""
    async with ctx.database.transaction(owner_id) as session:
        overdue = await generations.find_overdue_by_owner(session, owner_id=owner_id, ttl=in_flight_ttl(ctx))
    if overdue:
        await advance(ctx, await get_standing(ctx, id=overdue.id, owner_id=owner_id))


async def _reserve_and_start(ctx: Context, press: Press) -> UUID:
    poll_in = await pause_before_first_poll(ctx, press.order)
    try:
        generation = await _reserve(ctx, press)
    except GenerationInFlight:
        # The generation in flight may come from the same press, which was sent twice at once.
        started = await press.find_started(ctx)
        if started is None:
            raise await _in_flight(ctx, press.owner_id) from None
        return started
    points.passing("submit: row written")
    await _start(ctx, generation, poll_in)
    watch(ctx, generation)
    return generation.id


async def _reserve(ctx: Context, press: Press) -> Generation:
    owner_id = press.owner_id
    async with credit_check.reserving(ctx, owner_id) as reserve:
        session = reserve.session
        if await generations.find_active_by_owner_within_ttl(
            session, owner_id=owner_id, ttl=in_flight_ttl(ctx)
        ):
            raise GenerationInFlight
        # Until the provider has answered, there is nothing to ask about.
        generation = await generations.create(
            session, owner_id=owner_id, order=press.order, poll_in=ORPHAN_AFTER_SECONDS
        )
        if not await press.note_started(session, generation.id):
            raise GenerationInFlight
        await reserve.price_of(generation)
        return generation


async def _in_flight(ctx: Context, owner_id: UUID) -> GenerationInFlight:
    """The refusal, with the generation that runs, unless it has ended by now."""
    standing = await find_running(ctx, owner_id)
    if standing is None:
        return GenerationInFlight()
    return GenerationInFlight(running=standing.generation.id, poll_in=standing.poll_in)


async def _start(ctx: Context, generation: Generation, poll_in: float) -> None:
    """Start the prediction, outside of any transaction, to be polled in `poll_in` seconds.

    Raises `ProviderFailed` when it was refused.
    """
    try:
        external_id = await ctx.provider.start_prediction(order=generation.order, marker=generation.marker)
    except StartRefused as refusal:
        logger.warning("Generation %s was refused: %s", generation.id, refusal.code)
        await end(ctx, generation, failed(refusal.code, Charge.NOT_CHARGED))
        raise ProviderFailed(refusal.code) from refusal
    except StartUncertain as uncertainty:
        logger.warning("Generation %s: nobody knows whether it started (%s)", generation.id, uncertainty)
        return
    points.passing("submit: prediction accepted")
    await _save_external_id(ctx, generation, external_id, poll_in)
    points.passing("submit: external id saved")


async def _save_external_id(ctx: Context, generation: Generation, external_id: str, poll_in: float) -> None:
    """Save the id of a prediction, which costs money; try again for seconds when the database is away."""
    for pause in _SAVE_PAUSES_SECONDS:
        await asyncio.sleep(pause)
        try:
            async with ctx.database.transaction(generation.owner_id) as session:
                is_ours = await generations.save_external_id(
                    session,
                    id=generation.id,
                    owner_id=generation.owner_id,
                    external_id=external_id,
                    poll_in=poll_in,
                )
        except ServiceUnavailable:
            continue
        if is_ours:
            return
        break  # another generation has this id: the provider gave it twice
    logger.error("Generation %s: could not save the prediction's id %s", generation.id, external_id)
