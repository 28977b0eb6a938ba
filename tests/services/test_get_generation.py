"""`get_generation`: the latest state, whatever the provider does."""

import asyncio
import logging
import time
from dataclasses import replace
from functools import partial
from uuid import uuid4

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.errors import NotFound
from core.failures import FailureCode
from core.limits import ProviderLimits
from core.models import Status
from tests.support.emulator import Fault
from tests.support.faults import NO_ANSWER, answering, answering_in_turn, hanging
from tests.support.limits import with_limits
from tests.support.people import Owner
from tests.support.provider import EmulatedProvider
from tests.support.waiting import until


async def test_a_finished_prediction_is_read_once_and_then_remembered(
    owner: Owner, provider: EmulatedProvider
) -> None:
    generation_id = await owner.submit()
    first = await owner.read(generation_id)
    assert (first.status, first.error_code) == (Status.SUCCEEDED, None)
    assert first.result_url == f"{provider.url}/files/{provider.last_id}.png"

    asked = len(provider.emulator.requests)
    assert await owner.read(generation_id) == first
    assert len(provider.emulator.requests) == asked


@pytest.mark.parametrize("status", ["starting", "processing", "an unheard-of one"])
async def test_an_unfinished_prediction_is_asked_for_once_a_read(
    owner: Owner, provider: EmulatedProvider, status: str
) -> None:
    provider.never_finish()
    generation_id = await owner.submit()
    provider.emulator.requests.clear()
    provider.emulator.fault = answering(200, {"id": "p1", "status": status})
    for _ in range(2):
        assert (await owner.read(generation_id)).status is Status.PROCESSING
    assert list(provider.emulator.requests) == [("GET", f"/v1/predictions/{provider.last_id}")] * 2


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        ("failed", "flagged as sensitive (E005)", FailureCode.MODERATED),
        ("failed", "high demand (E003)", FailureCode.PROVIDER_BUSY),
        ("failed", "insufficient credit", FailureCode.PROVIDER_BILLING),
        ("failed", "must be verified", FailureCode.PROVIDER_REJECTED),
        ("failed", None, FailureCode.PROVIDER_ERROR),
        ("canceled", None, FailureCode.CANCELED),
        ("aborted", None, FailureCode.CANCELED),
        ("succeeded", None, FailureCode.PROVIDER_ERROR),  # without an output
    ],
)
async def test_a_failed_prediction_fails_the_generation_with_its_cause(
    owner: Owner, provider: EmulatedProvider, status: str, error: str | None, code: FailureCode
) -> None:
    generation_id = await owner.submit()
    provider.emulator.end(provider.last_id, status, error=error)
    ended = await owner.read(generation_id)
    assert (ended.status, ended.error_code, ended.result_url) == (Status.FAILED, code, None)
    await owner.submit()


@pytest.mark.parametrize("fault", NO_ANSWER.values(), ids=NO_ANSWER)
async def test_a_provider_without_an_answer_leaves_the_state_as_it_was(
    owner: Owner, provider: EmulatedProvider, fault: Fault
) -> None:
    generation_id = await owner.submit()
    provider.emulator.fault = fault
    assert (await owner.read(generation_id)).status is Status.PROCESSING
    provider.emulator.fault = None
    assert (await owner.read(generation_id)).status is Status.SUCCEEDED


async def test_early_404s_leave_the_state_as_it_was(owner: Owner, provider: EmulatedProvider) -> None:
    generation_id = await owner.submit()
    provider.emulator.fault = answering_in_turn(answering(404), answering(404))
    states = [(await owner.read(generation_id)).status for _ in range(3)]
    assert states == [Status.PROCESSING, Status.PROCESSING, Status.SUCCEEDED]


@with_limits(provider=ProviderLimits())
async def test_a_slow_provider_delays_a_read_by_two_seconds_at_most(
    owner: Owner, provider: EmulatedProvider
) -> None:
    generation_id = await owner.submit()
    provider.emulator.fault = hanging()
    started = time.monotonic()
    assert (await owner.read(generation_id)).status is Status.PROCESSING
    assert 1.9 < time.monotonic() - started < 4


async def test_a_provider_that_cannot_be_reached_leaves_the_state_as_it_was(owner: Owner) -> None:
    generation_id = await owner.submit()
    assert (await owner.with_dead_provider().read(generation_id)).status is Status.PROCESSING


@pytest.mark.asvs("8.2.2", "8.4.1")
async def test_another_owners_generation_does_not_exist(
    owner: Owner, other_owner: Owner, provider: EmulatedProvider
) -> None:
    generation_id = await owner.submit()
    asked = len(provider.emulator.requests)
    for unknown in (generation_id, uuid4()):
        with pytest.raises(NotFound):
            await other_owner.read(unknown)
    assert len(provider.emulator.requests) == asked


async def test_readers_who_learn_of_different_ends_agree_on_the_first_one_written(
    owner: Owner, provider: EmulatedProvider, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="core.services.advance")
    generation_id = await owner.submit()
    everyone_asks = asyncio.Barrier(6)
    ends = ["failed", "succeeded", "canceled"] * 2

    async def differ(_: Request) -> Response:
        content = {"id": "p1", "status": ends.pop(), "output": "https://pictures.test/1.png"}
        await everyone_asks.wait()
        return JSONResponse(content)

    def are_left(count: int) -> bool:
        return len(ends) == count

    provider.emulator.fault = differ
    reading = []
    for left in range(5, -1, -1):  # each claims a poll while the provider has not answered the one before
        process = replace(owner, ctx=replace(owner.ctx))
        reading.append(asyncio.create_task(process.read(generation_id)))
        await until(partial(are_left, left))
    read = await asyncio.gather(*reading)
    [row] = owner.rows()
    assert {(seen.status, seen.result_url, seen.error_code) for seen in read} == {
        (row["status"], row["result_url"], row["error_code"])
    }
    assert caplog.text.count(" ended: ") == 1


async def test_the_active_generation_is_the_one_in_flight(
    owner: Owner, other_owner: Owner, provider: EmulatedProvider
) -> None:
    assert await owner.in_flight() is None
    generation_id = await owner.submit("a red kite")
    active = await owner.in_flight()
    assert active
    assert (active.id, active.prompt) == (generation_id, "a red kite")
    assert await other_owner.in_flight() is None
    await owner.read(generation_id)
    assert await owner.in_flight() is None


async def test_readers_who_ask_at_once_share_one_question(owner: Owner, provider: EmulatedProvider) -> None:
    provider.never_finish()
    generation_id = await owner.submit()
    asked = len(provider.emulator.requests)
    provider.emulator.fault = hanging(0.5)  # until the last of them has begun
    await asyncio.gather(*(owner.read(generation_id) for _ in range(10)))
    assert len(provider.emulator.requests) == asked + 1
    await owner.read(generation_id)
    assert len(provider.emulator.requests) == asked + 2
