"""When the provider is asked about a run: how often for a picture, how soon after its end, and by whom."""

import asyncio
from dataclasses import replace
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from core import services
from core.limits import PollLimits
from core.poll_schedule import pause_after
from core.repositories import reads
from core.services import Status
from tests.support.database import TestDatabase
from tests.support.limits import AT_ONCE, with_limits
from tests.support.people import Owner
from tests.support.provider import EmulatedProvider
from tests.support.waiting import until

LIMITS = PollLimits()
HISTORIES = {
    "none": [],
    "all the same": [40.0] * 10,
    "38 to 42": [38 + 0.1 * step for step in range(40)],
    "35 to 45": [35 + 0.2 * step for step in range(50)],
    "29 to 48, as published": [29 + 0.4 * step for step in range(48)],
    "20 to 60": [20 + 0.8 * step for step in range(50)],
}


def polls_of(seconds: float, history: list[float]) -> list[float]:
    """The times of the polls of a run that takes so many seconds, up to the one that sees its end."""
    times = [pause_after(0.0, history, LIMITS)]
    while times[-1] < seconds:
        times.append(times[-1] + pause_after(times[-1], history, LIMITS))
    return times


async def start(owner: Owner, provider: EmulatedProvider) -> UUID:
    """A run that does not end by itself; what the provider is asked counts from here."""
    provider.never_finish()
    generation_id = await owner.submit()
    provider.emulator.requests.clear()
    return generation_id


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)
def test_a_picture_of_40_seconds_takes_few_calls(history: list[float]) -> None:
    create = 1
    calls = [create + len(polls_of(40 + 0.1 * step, history)) for step in range(-10, 11)]
    assert max(calls) <= (12 if history else 20)


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)
def test_its_end_is_seen_soon(history: list[float]) -> None:
    ends = [30 + 0.1 * step for step in range(200)]
    late = sorted(polls_of(end, history)[-1] - end for end in ends)
    assert late[-1] <= (3.0 if min(history, default=0.0) < 38 else LIMITS.longest_seconds)
    near = sorted(polls_of(end, history)[-1] - end for end in ends if 39 <= end <= 41)
    assert near[len(near) // 2] <= (1.0 if history and max(history) <= 45 else 2.1)


@pytest.mark.parametrize("history", HISTORIES.values(), ids=HISTORIES)
def test_two_polls_are_never_close_nor_far_apart(history: list[float]) -> None:
    times = polls_of(360, history)
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert min(pauses) >= LIMITS.least_seconds - 1e-9
    assert max(pauses) <= LIMITS.longest_seconds + 1e-9


@with_limits(polls=replace(AT_ONCE, least_seconds=60.0, longest_seconds=60.0))
async def test_until_a_poll_is_due_reads_are_answered_from_the_row(
    owner: Owner, provider: EmulatedProvider
) -> None:
    generation_id = await start(owner, provider)
    provider.finish()
    for _ in range(5):
        assert (await owner.read(generation_id)).status is Status.PROCESSING
    assert list(provider.emulator.requests) == []
    owner.due()
    assert (await owner.read(generation_id)).status is Status.SUCCEEDED
    assert len(provider.emulator.requests) == 1


@with_limits(polls=replace(AT_ONCE, least_seconds=60.0, longest_seconds=60.0))
async def test_of_all_who_read_at_once_in_any_process_one_asks(
    owner: Owner, provider: EmulatedProvider
) -> None:
    generation_id = await start(owner, provider)
    owner.due()
    processes = [replace(owner, ctx=replace(owner.ctx)) for _ in range(3)]
    await asyncio.gather(*(process.read(generation_id) for process in processes * 8))
    assert len(provider.emulator.requests) == 1


@with_limits(polls=replace(AT_ONCE, apart_seconds=30.0, longest_seconds=60.0))
async def test_what_cannot_wait_for_its_time_is_still_not_asked_twice_within_a_second(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    """An overdue run is urgent; here the second is a minute."""
    provider.never_finish()
    generation_id = await owner.submit()
    await owner.read(generation_id)
    database.run("UPDATE generations SET created_at = now() - interval '1 hour'")
    provider.emulator.requests.clear()
    assert (await owner.read(generation_id)).status is Status.PROCESSING
    assert list(provider.emulator.requests) == []
    database.run("UPDATE generations SET polled_at = NULL")
    assert (await owner.read(generation_id)).status is Status.FAILED


@pytest.mark.parametrize(("late", "is_good"), [(8.0, True), (9.5, False)])
@with_limits(polls=replace(AT_ONCE, least_seconds=10.0, longest_seconds=10.0, apart_seconds=1.0))
async def test_a_late_claim_is_good_if_the_next_poll_is_still_a_second_later(
    owner: Owner, provider: EmulatedProvider, monkeypatch: pytest.MonkeyPatch, late: float, *, is_good: bool
) -> None:
    """As in a busy process; here the next poll makes sense 10 seconds after the claim."""
    claim = reads.claim_poll

    async def claim_late(*args: Any, **values: Any) -> reads.ClaimedPoll | None:
        claimed = await claim(*args, **values)
        return claimed and claimed._replace(sent_at=claimed.sent_at - late)

    monkeypatch.setattr(reads, "claim_poll", claim_late)
    generation_id = await start(owner, provider)
    owner.due()
    await owner.read(generation_id)
    assert len(provider.emulator.requests) == (1 if is_good else 0)


@with_limits(polls=PollLimits(first_seconds=0.05, least_seconds=0.05, apart_seconds=0.0))
async def test_a_defect_does_not_end_the_watch(
    owner: Owner, provider: EmulatedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.services.watch._PAUSE_AFTER_DEFECT_SECONDS", 0.05)
    fetch, failures = owner.ctx.provider.fetch_prediction, iter([RuntimeError("on purpose")])

    async def fail_once(external_id: str) -> object:
        for failure in failures:
            raise failure
        return await fetch(external_id)

    monkeypatch.setattr(owner.ctx.provider, "fetch_prediction", fail_once)
    await start(owner, provider)
    provider.finish()
    await until(lambda: owner.row()["status"] == "succeeded")


@with_limits(polls=PollLimits(first_seconds=0.3, least_seconds=0.3, apart_seconds=0.1))
async def test_the_process_that_started_a_run_claims_each_poll_once(
    owner: Owner, provider: EmulatedProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A claim that is refused would be a statement for nothing, ten a second until it is granted."""
    claim, granted = reads.claim_poll, list[bool]()

    async def note_claim(*args: Any, **values: Any) -> reads.ClaimedPoll | None:
        claimed = await claim(*args, **values)
        granted.append(claimed is not None)
        return claimed

    monkeypatch.setattr(reads, "claim_poll", note_claim)
    await start(owner, provider)
    await until(lambda: len(provider.emulator.requests) == 3)
    assert granted == [True] * 3


@with_limits(polls=PollLimits(first_seconds=0.05, least_seconds=0.05, apart_seconds=0.0))
async def test_the_process_that_started_a_run_follows_it_though_nobody_looks(
    owner: Owner, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    generation_id: UUID = await owner.submit()
    provider.finish()
    await until(lambda: owner.row()["status"] == "succeeded")
    await until(lambda: not owner.ctx.watched)
    assert (await services.get_standing(owner.ctx, id=generation_id, owner_id=owner.id)).history == []
