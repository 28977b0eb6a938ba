"""`submit_generation`: a row, one request to the provider, and the id; whatever happens in between."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from core.context import Context
from core.errors import (
    GenerationInFlight,
    NoCredits,
    ProviderFailed,
    ValidationFailed,
)
from core.failures import FailureCode
from core.limits import ProviderLimits
from core.models import Status
from core.orders import Order
from core.repositories import generations
from core.services import credit_check
from tests.support.database import TestDatabase
from tests.support.emulator import Fault
from tests.support.faults import NEVER_ENDING, NO_ANSWER, answering, on_arrival
from tests.support.limits import with_limits
from tests.support.people import Owner
from tests.support.provider import EmulatedProvider

UNCERTAIN = NO_ANSWER | {
    "no id": answering(201, {"status": "starting"}),
    "an empty object": answering(201, {}),
}


async def test_a_submit_returns_at_once_with_a_row_that_knows_its_prediction(
    owner: Owner, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    generation_id = await owner.submit("a red kite")
    [row] = owner.rows()
    assert (row["id"], row["prompt"], row["status"]) == (generation_id, "a red kite", "processing")
    assert row["external_id"] == provider.last_id
    assert row["model"] == "openai/gpt-image-2"
    assert list(provider.emulator.requests) == [("POST", "/v1/models/openai/gpt-image-2/predictions")]


async def test_one_generation_is_in_flight_per_owner(
    owner: Owner, other_owner: Owner, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    await owner.submit()
    with pytest.raises(GenerationInFlight):
        await owner.submit()
    await other_owner.submit()
    assert provider.creates == 2


async def test_of_many_submits_at_once_exactly_one_starts(owner: Owner, provider: EmulatedProvider) -> None:
    results = await asyncio.gather(*(owner.submit() for _ in range(10)), return_exceptions=True)
    assert sum(isinstance(result, GenerationInFlight) for result in results) == 9
    assert provider.creates == 1


async def test_the_database_refuses_a_second_one_to_whoever_did_not_see_the_first(
    quiet_ctx: Context, owner: Owner
) -> None:
    await owner.submit()
    with pytest.raises(GenerationInFlight):
        async with quiet_ctx.database.transaction(owner.id) as session:
            await generations.create(session, owner_id=owner.id, order=Order("another", "m/m"))


async def test_another_refusal_of_the_database_is_not_taken_for_one_in_flight(
    quiet_ctx: Context, owner: Owner
) -> None:
    with pytest.raises(IntegrityError):
        async with quiet_ctx.database.transaction(owner.id) as session:
            await generations.create(session, owner_id=owner.id, order=Order("x" * 801, "m/m"))


async def test_the_next_submit_is_free_once_the_last_has_ended(
    owner: Owner, provider: EmulatedProvider
) -> None:
    for prompt in ("first", "second"):
        generation_id = await owner.submit(prompt)
        assert (await owner.read(generation_id)).status is Status.SUCCEEDED
    assert [row["prompt"] for row in owner.rows()] == ["first", "second"]


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (401, FailureCode.PROVIDER_REJECTED),
        (402, FailureCode.PROVIDER_BILLING),
        (403, FailureCode.PROVIDER_ERROR),
        (404, FailureCode.PROVIDER_ERROR),
        (422, FailureCode.PROVIDER_REJECTED),
        (429, FailureCode.PROVIDER_BUSY),
    ],
)
async def test_a_refusal_is_told_with_its_cause_and_frees_the_owner_at_once(
    owner: Owner, provider: EmulatedProvider, status: int, cause: FailureCode
) -> None:
    provider.emulator.fault = answering(status)
    with pytest.raises(ProviderFailed) as failure:
        await owner.submit()
    assert failure.value.details == {"cause": cause.value}
    assert failure.value.message == f"{cause.sentence} Nothing was charged."
    [row] = owner.rows()
    assert (row["status"], row["error_code"], row["external_id"]) == ("failed", cause.value, None)

    provider.emulator.fault = None
    await owner.submit()
    assert provider.creates == 2


async def test_a_provider_that_was_never_reached_frees_the_owner_at_once(owner: Owner) -> None:
    with pytest.raises(ProviderFailed) as failure:
        await owner.with_dead_provider().submit()
    assert failure.value.cause is FailureCode.PROVIDER_ERROR
    assert owner.rows()[0]["status"] == "failed"
    await owner.submit()


@pytest.mark.parametrize("fault", UNCERTAIN.values(), ids=UNCERTAIN)
async def test_an_uncertain_start_blocks_the_owner_until_the_time_to_live_is_over(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase, fault: Fault
) -> None:
    provider.emulator.fault = fault
    generation_id = await owner.submit()
    provider.emulator.fault = None
    assert (await owner.read(generation_id)).status is Status.PROCESSING
    with pytest.raises(GenerationInFlight):
        await owner.submit()
    assert provider.creates == 1

    database.age(7)
    ended = await owner.read(generation_id)
    assert (ended.status, ended.error_code) == (Status.FAILED, FailureCode.TIMED_OUT)
    await owner.submit()
    assert provider.creates == 2


@with_limits(provider=ProviderLimits(start_seconds=0.2))
@pytest.mark.parametrize("fault", NEVER_ENDING.values(), ids=NEVER_ENDING)
async def test_a_start_that_never_ends_returns_the_id_after_its_time_limit(
    owner: Owner, provider: EmulatedProvider, fault: Fault
) -> None:
    provider.emulator.fault = fault
    async with asyncio.timeout(5):
        generation_id = await owner.submit()
    [row] = owner.rows()
    assert (row["id"], row["status"], row["external_id"]) == (generation_id, "processing", None)
    assert provider.creates == 1


async def test_no_transaction_is_open_while_the_provider_is_asked(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    """By the start of a transaction: a connection is `active` for a moment after its commit, too."""
    starts: list[object] = []

    def look() -> None:
        rows = database.run("SELECT xact_start FROM pg_stat_activity WHERE usename = 'easel_app'")
        starts.extend(row["xact_start"] for row in rows)

    provider.emulator.fault = on_arrival(look)
    generation_id = await owner.submit()
    await owner.read(generation_id)
    assert starts
    assert set(starts) == {None}


async def test_without_credits_nothing_is_started(
    owner: Owner, provider: EmulatedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def has_none(owner_id: UUID) -> bool:
        return owner_id != owner.id

    monkeypatch.setattr(credit_check, "check_user_has_credits", has_none)
    with pytest.raises(NoCredits):
        await owner.submit()
    assert (owner.rows(), provider.creates) == ([], 0)


@pytest.mark.asvs("1.3.3", "2.2.2")
@pytest.mark.parametrize("prompt", ["", " \n\t", "x" * 801, "a\x00b", "a\ud800b"])
async def test_a_prompt_that_cannot_be_drawn_or_stored_starts_nothing(
    owner: Owner, provider: EmulatedProvider, prompt: str
) -> None:
    with pytest.raises(ValidationFailed):
        await owner.submit(prompt)
    assert (owner.rows(), provider.creates) == ([], 0)


@pytest.mark.parametrize("prompt", ["x", "🪁" * 800, "מַעֲרָב", "quotes ' \" \\ %s {} $1"])
async def test_a_prompt_is_kept_letter_by_letter(owner: Owner, prompt: str) -> None:
    await owner.submit(prompt)
    assert owner.rows()[0]["prompt"] == prompt
