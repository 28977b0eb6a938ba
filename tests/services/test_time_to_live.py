"""A generation that is unfinished after its time to live frees its owner."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from starlette.requests import Request

from core.errors import EaselError, GenerationInFlight
from core.failures import FailureCode
from core.limits import ProviderLimits
from core.models import Generation, Status
from tests.support.database import TestDatabase
from tests.support.emulator import Fault
from tests.support.faults import NEVER_ENDING, NO_ANSWER, answering
from tests.support.limits import with_limits
from tests.support.people import Owner
from tests.support.provider import EmulatedProvider

TIMED_OUT = (Status.FAILED, FailureCode.TIMED_OUT)


@pytest.fixture(autouse=True)
def _nothing_finishes(provider: EmulatedProvider) -> None:
    provider.never_finish()


def end_of(generation: Generation) -> tuple[Status, FailureCode | None]:
    return generation.status, generation.error_code


async def test_the_next_submit_times_it_out_and_cancels_it_at_the_provider(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    overdue = await owner.submit()
    external_id = provider.last_id
    database.age(7)
    await owner.submit()
    assert provider.emulator.predictions[external_id]["status"] == "canceled"
    assert provider.cancels == 1
    assert end_of(await owner.read(overdue)) == TIMED_OUT
    assert [row["status"] for row in owner.rows()] == ["failed", "processing"]


async def test_reading_it_alone_times_it_out(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    overdue = await owner.submit()
    database.age(7)
    assert end_of(await owner.read(overdue)) == TIMED_OUT
    assert provider.emulator.predictions[provider.last_id]["status"] == "canceled"


async def test_five_minutes_are_within_it(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    generation_id = await owner.submit()
    database.age(5)
    with pytest.raises(GenerationInFlight):
        await owner.submit()
    assert (await owner.read(generation_id)).status is Status.PROCESSING
    assert provider.cancels == 0


async def test_it_follows_the_setting(owner: Owner, database: TestDatabase) -> None:
    shorter = owner.ctx.settings.model_copy(update={"in_flight_ttl_minutes": 1})
    owner.ctx = replace(owner.ctx, settings=shorter)
    overdue = await owner.submit()
    database.age(2)
    assert end_of(await owner.read(overdue)) == TIMED_OUT


async def test_an_overdue_generation_is_no_longer_active(owner: Owner, database: TestDatabase) -> None:
    await owner.submit()
    database.age(7)
    assert await owner.in_flight() is None


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ({"status": "succeeded", "output": ["https://pictures.test/1.png"]}, (Status.SUCCEEDED, None)),
        ({"status": "failed", "error": "(E005)"}, (Status.FAILED, FailureCode.MODERATED)),
        ({"status": "canceled"}, TIMED_OUT),  # by its own deadline: nobody has pressed anything
        ({"status": "aborted"}, TIMED_OUT),
    ],
)
async def test_what_the_provider_ended_meanwhile_reads_as_it_ended(
    owner: Owner,
    provider: EmulatedProvider,
    database: TestDatabase,
    reply: dict[str, Any],
    expected: tuple[Status, FailureCode | None],
) -> None:
    overdue = await owner.submit()
    provider.emulator.end(provider.last_id, **reply)
    database.age(7)
    await owner.submit()
    assert end_of(await owner.read(overdue)) == expected
    assert provider.cancels == 0


async def test_a_picture_that_is_finished_just_before_the_cancel_is_kept(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    overdue = await owner.submit()
    database.age(7)

    async def finish_before_the_cancel(request: Request) -> None:
        if request.url.path.endswith("/cancel"):
            provider.emulator.end(provider.last_id, "succeeded", output="https://pictures.test/1.png")

    provider.emulator.fault = finish_before_the_cancel
    assert end_of(await owner.read(overdue)) == (Status.SUCCEEDED, None)
    assert provider.cancels == 1


@pytest.mark.parametrize("fault", [*NO_ANSWER.values(), answering(404)], ids=[*NO_ANSWER, "404"])
async def test_a_provider_that_is_down_frees_the_owner_all_the_same(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase, fault: Fault
) -> None:
    overdue = await owner.submit()
    database.age(7)
    provider.emulator.fault = fault
    assert end_of(await owner.read(overdue)) == TIMED_OUT
    provider.emulator.fault = None
    await owner.submit()


async def test_a_provider_that_cannot_be_reached_frees_the_owner_all_the_same(
    owner: Owner, database: TestDatabase
) -> None:
    overdue = await owner.submit()
    database.age(7)
    assert end_of(await owner.with_dead_provider().read(overdue)) == TIMED_OUT


@with_limits(provider=ProviderLimits(fetch_seconds=0.1, cancel_seconds=0.1))
@pytest.mark.parametrize("fault", NEVER_ENDING.values(), ids=NEVER_ENDING)
async def test_a_provider_that_hangs_frees_the_owner_after_its_time_limits(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase, fault: Fault
) -> None:
    overdue = await owner.submit()
    database.age(7)
    provider.emulator.fault = fault
    async with asyncio.timeout(5):
        assert end_of(await owner.read(overdue)) == TIMED_OUT


async def test_of_many_submits_after_it_exactly_one_starts(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    await owner.submit()
    database.age(7)
    results = await asyncio.gather(*(owner.submit() for _ in range(10)), return_exceptions=True)
    refusals = [result for result in results if isinstance(result, EaselError)]
    assert [type(refusal) for refusal in refusals] == [GenerationInFlight] * 9
    assert [row["status"] for row in owner.rows()] == ["failed", "processing"]
    assert provider.creates == 2


async def test_another_owners_generation_is_left_alone(
    owner: Owner, other_owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    await owner.submit()
    database.age(7)
    await other_owner.submit()
    assert provider.cancels == 0
    assert [row["status"] for row in owner.rows()] == ["processing"]
