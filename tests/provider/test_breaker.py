"""A sick provider is asked less, by one at a time, and a well one at once again."""

import asyncio
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.failures import FailureCode
from core.limits import Limits, ProviderLimits
from core.models import Status
from core.provider.breaker import Breaker
from core.provider.client import Provider, ProviderUnavailable, StartRefused
from tests.support.faults import answering, answering_in_turn, answering_text, hanging
from tests.support.limits import with_limits
from tests.support.orders import order
from tests.support.provider import EmulatedProvider
from tests.support.waiting import until

LIMITS = ProviderLimits()


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def broken(clock: Clock) -> Breaker:
    """A breaker in its first pause."""
    broken = Breaker(clock)
    fail(broken, LIMITS.failures_in_a_row)
    return broken


def fail(breaker: Breaker, times: int = 1) -> None:
    for _ in range(times):
        breaker.failed(breaker.pauses)


def test_it_opens_after_some_failures_in_a_row(clock: Clock) -> None:
    opening = Breaker(clock)
    fail(opening, LIMITS.failures_in_a_row - 1)
    assert opening.lets_through()
    assert not opening.is_sick
    fail(opening)
    assert not opening.lets_through()
    assert opening.is_sick


def test_a_success_between_starts_the_count_anew(clock: Clock) -> None:
    opening = Breaker(clock)
    for _ in range(10):
        fail(opening, LIMITS.failures_in_a_row - 1)
        opening.succeeded(opening.pauses)
    assert opening.lets_through()


def test_after_a_pause_one_finds_out_for_all(clock: Clock, broken: Breaker) -> None:
    clock.now += LIMITS.longest_pause_seconds
    assert [broken.lets_through() for _ in range(40)] == [True] + [False] * 39
    broken.succeeded(broken.pauses)
    assert all(broken.lets_through() for _ in range(40))


def test_one_that_never_comes_back_is_not_waited_for_forever(clock: Clock, broken: Breaker) -> None:
    clock.now += LIMITS.longest_pause_seconds
    assert broken.lets_through()
    clock.now += 10
    assert broken.lets_through()


def test_pauses_grow_up_to_a_limit_and_are_never_the_same(clock: Clock, broken: Breaker) -> None:
    lengths = []
    for _ in range(12):
        started = clock.now
        while not broken.lets_through():
            clock.now += 0.01
        lengths.append(clock.now - started)
        fail(broken)
    assert lengths[0] <= 2.02
    assert lengths[3] > lengths[1] > lengths[0]
    assert max(lengths) <= LIMITS.longest_pause_seconds + 0.02
    assert len({round(length, 1) for length in lengths[5:]}) > 1


def test_many_that_fail_at_once_make_one_short_pause(clock: Clock) -> None:
    opening = Breaker(clock)
    for _ in range(200):
        opening.failed(asked_after=0)
    clock.now += LIMITS.first_pause_seconds
    assert opening.lets_through()


def test_a_late_success_does_not_end_a_pause(clock: Clock, broken: Breaker) -> None:
    broken.succeeded(asked_after=0)
    assert not broken.lets_through()


@pytest.mark.parametrize(("named", "paused"), [(7.0, 7.0), (1e9, LIMITS.longest_named_pause_seconds)])
def test_a_named_time_is_obeyed_to_the_end_and_up_to_a_limit(
    clock: Clock, named: float, paused: float
) -> None:
    tired = Breaker(clock)
    tired.failed(0, retry_after=named)
    tired.failed(0)  # one that was under way must not end the pause
    clock.now += paused - 0.01
    assert not tired.lets_through()
    clock.now += 0.02
    assert [tired.lets_through() for _ in range(3)] == [True, False, False]


def test_nothing_that_fails_meanwhile_shortens_a_named_time(clock: Clock) -> None:
    tired = Breaker(clock)
    tired.failed(0, retry_after=30.0)
    fail(tired, LIMITS.failures_in_a_row)  # calls that do not ask whether they may
    clock.now += 29.9
    assert tired.is_told_to_wait
    assert not tired.lets_through()


def test_a_longer_named_time_of_one_that_was_under_way_is_obeyed_too(clock: Clock) -> None:
    tired = Breaker(clock)
    tired.failed(0, retry_after=5.0)
    tired.failed(0, retry_after=20.0)
    clock.now += 19
    assert not tired.lets_through()


@settings(max_examples=200, deadline=None, derandomize=True, database=None)
@given(st.lists(st.tuples(st.sampled_from(["fail", "named", "answer"]), st.floats(0, 100))))
def test_whatever_happens_it_asks_again_within_its_limit(steps: list[tuple[str, float]]) -> None:
    clock = Clock()
    any_breaker = Breaker(clock)
    for what, seconds in steps:
        before = any_breaker.pauses
        if any_breaker.lets_through():
            if what == "answer":
                any_breaker.succeeded(before)
                assert any_breaker.lets_through()
            else:
                any_breaker.failed(before, seconds if what == "named" else None)
        clock.now += seconds
    clock.now += LIMITS.longest_named_pause_seconds
    assert any_breaker.lets_through()


async def ask(replicate: Provider, times: int) -> None:
    for _ in range(times):
        with pytest.raises(ProviderUnavailable):
            await replicate.fetch_prediction("p1")


async def test_after_some_failures_in_a_row_it_is_not_asked_for_a_while(
    replicate: Provider, provider: EmulatedProvider
) -> None:
    provider.emulator.fault = answering(503)
    await ask(replicate, 20)
    assert len(provider.emulator.requests) == LIMITS.failures_in_a_row


async def test_who_is_not_let_through_does_not_wait(replicate: Provider, provider: EmulatedProvider) -> None:
    """One waits its two seconds for a hanging provider after each pause; the others are told at once."""
    provider.emulator.fault = answering(503)
    await ask(replicate, LIMITS.failures_in_a_row)
    provider.emulator.fault = hanging()
    provider.emulator.requests.clear()
    await asyncio.sleep(LIMITS.first_pause_seconds)
    one = asyncio.create_task(ask(replicate, 1))
    await until(lambda: provider.emulator.requests)
    started = time.monotonic()
    await asyncio.gather(*(ask(replicate, 1) for _ in range(40)))
    assert time.monotonic() - started < 0.5
    assert not one.done()
    await one
    assert len(provider.emulator.requests) == 1


@with_limits(provider=ProviderLimits(first_pause_seconds=0.2))
async def test_after_the_pause_one_answer_makes_all_well(
    replicate: Provider, provider: EmulatedProvider, limits: Limits
) -> None:
    external_id = await replicate.start_prediction(order=order("a red kite"))
    provider.emulator.fault = answering(500)
    await ask(replicate, 10)
    provider.emulator.fault = None
    await ask(replicate, 1)
    await asyncio.sleep(limits.provider.first_pause_seconds)
    for _ in range(3):
        assert (await replicate.fetch_prediction(external_id)).status is Status.SUCCEEDED


async def test_a_time_that_the_provider_names_is_obeyed(
    replicate: Provider, provider: EmulatedProvider
) -> None:
    provider.emulator.fault = answering(429, {"retry_after": 30})
    await ask(replicate, 3)
    assert len(provider.emulator.requests) == 1


@pytest.mark.parametrize("named", ['"soon"', "null", "[]", "-5", "-1e400", "NaN", "9" * 400])
async def test_a_time_that_is_none_does_no_harm(
    replicate: Provider, provider: EmulatedProvider, named: str
) -> None:
    provider.emulator.fault = answering_text(429, f'{{"retry_after": {named}}}', "application/json")
    await ask(replicate, 2)
    assert len(provider.emulator.requests) == 2


async def test_a_refusal_is_an_answer(replicate: Provider, provider: EmulatedProvider) -> None:
    provider.emulator.fault = answering_in_turn(
        *[answering(503), answering(503), answering(404), answering(503)] * 5
    )
    await ask(replicate, 20)
    assert len(provider.emulator.requests) == 20


async def test_a_cancel_is_tried_all_the_same(replicate: Provider, provider: EmulatedProvider) -> None:
    provider.never_finish()
    external_id = await replicate.start_prediction(order=order("a red kite"))
    provider.emulator.fault = answering(503)
    await ask(replicate, 10)
    provider.emulator.fault = None
    assert (await replicate.cancel_prediction(external_id)).status is Status.FAILED
    assert (await replicate.fetch_prediction(external_id)).status is Status.FAILED


async def test_a_create_is_not_sent_to_a_provider_that_is_known_to_be_sick(
    replicate: Provider, provider: EmulatedProvider
) -> None:
    """Uncertain creates would block their owners for minutes; one question, for all, finds out first."""
    provider.emulator.fault = answering(503)
    await ask(replicate, LIMITS.failures_in_a_row)
    provider.emulator.fault = hanging()
    provider.emulator.requests.clear()
    started = time.monotonic()
    refusals = await asyncio.gather(
        *(replicate.start_prediction(order=order("a red kite")) for _ in range(10)), return_exceptions=True
    )
    assert time.monotonic() - started < 4
    assert {type(one) for one in refusals} == {StartRefused}
    assert {one.code for one in refusals if isinstance(one, StartRefused)} == {FailureCode.PROVIDER_BUSY}
    assert list(provider.emulator.requests) == [("GET", "/v1/predictions")]


async def test_a_create_is_sent_as_soon_as_the_provider_is_back(
    replicate: Provider, provider: EmulatedProvider
) -> None:
    provider.emulator.fault = answering(503)
    await ask(replicate, LIMITS.failures_in_a_row)
    provider.emulator.fault = None
    external_id = await replicate.start_prediction(order=order("a red kite"))
    assert (await replicate.fetch_prediction(external_id)).status is Status.SUCCEEDED
