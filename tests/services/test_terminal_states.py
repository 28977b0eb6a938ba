"""Terminal states never change: the rule, the database's guard, and the way through the services."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.charges import Charge
from core.context import Context
from core.failures import FailureCode
from core.models import Generation, Status, may_become
from core.orders import Order
from core.provider.replies import Prediction, read_prediction
from core.repositories import generations
from tests.support.faults import answering, answering_in_turn
from tests.support.people import Owner
from tests.support.provider import EmulatedProvider

# Each example makes owners and generations of its own, so one database serves them all.
on_one_database = settings(
    deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
urls = st.integers(0, 9).map("https://pictures.test/{}.png".format)
ends = st.one_of(
    urls.map(lambda url: Prediction(Status.SUCCEEDED, url=url, charge=Charge.CHARGED)),
    st.sampled_from(FailureCode).map(
        lambda code: Prediction(Status.FAILED, error=code, charge=Charge.UNKNOWN)
    ),
)
statuses = st.sampled_from(["starting", "processing", "succeeded", "failed", "canceled", "aborted", "?"])
replies = st.fixed_dictionaries(
    {"status": statuses},
    optional={"output": urls | st.none(), "error": st.sampled_from(["(E005)", "quota", None])},
)


@pytest.mark.asvs("2.3.1")
@given(st.lists(st.sampled_from(Status)))
def test_a_state_changes_at_most_once_and_only_to_an_end(wishes: list[Status]) -> None:
    seen = [Status.PROCESSING]
    for wish in wishes:
        if may_become(seen[-1], wish):
            seen.append(wish)
    assert len(seen) <= 2
    assert seen[1:] == [wish for wish in wishes if wish.is_terminal][:1]


@pytest.mark.parametrize("status", Status)
def test_only_processing_is_not_terminal(status: Status) -> None:
    assert status.is_terminal == (status is not Status.PROCESSING)
    assert not may_become(status, status)


@pytest.mark.asvs("2.3.1")
@on_one_database
@given(wishes=st.lists(ends, min_size=1, max_size=5))
async def test_the_first_end_written_stays(quiet_ctx: Context, wishes: list[Prediction]) -> None:
    owner_id = uuid4()
    async with quiet_ctx.database.transaction(owner_id) as session:
        generation = await generations.create(session, owner_id=owner_id, order=Order("a kite", "m/m"))
    written = [await _end(quiet_ctx, generation, wish) for wish in wishes]
    assert [end is not None for end in written] == [True] + [False] * (len(wishes) - 1)
    assert _as_prediction(await _stored(quiet_ctx, generation.id, owner_id)) == wishes[0]


@on_one_database
@given(answers=st.lists(replies, max_size=6))
async def test_the_first_end_that_the_provider_tells_of_stays(
    quiet_ctx: Context, owner: Owner, provider: EmulatedProvider, answers: list[dict[str, Any]]
) -> None:
    owner.id = uuid4()
    provider.emulator.fault = None
    provider.never_finish()
    generation_id = await owner.submit()
    provider.emulator.fault = answering_in_turn(*(answering(200, answer) for answer in answers))
    told = [read_prediction(answer) for answer in answers]
    expected = next((end for end in told if end.status.is_terminal), Prediction(Status.PROCESSING))
    for _ in answers:
        await owner.read(generation_id)
    stored = _as_prediction(await _stored(quiet_ctx, generation_id, owner.id))
    assert stored == expected._replace(phase=None)


async def _end(ctx: Context, generation: Generation, wish: Prediction) -> Generation | None:
    assert wish.end
    async with ctx.database.transaction(generation.owner_id) as session:
        return await generations.update_status_and_url(
            session,
            id=generation.id,
            owner_id=generation.owner_id,
            end=wish.end,
        )


async def _stored(ctx: Context, id: UUID, owner_id: UUID) -> Generation:
    async with ctx.database.transaction(owner_id) as session:
        stored = await generations.get_by_id(session, id=id, owner_id=owner_id)
    assert stored
    return stored


def _as_prediction(generation: Generation) -> Prediction:
    return Prediction(
        generation.status, generation.result_url, generation.error_code, charge=generation.charge
    )
