"""The same key with the same prompt starts nothing twice."""

import asyncio

import pytest

from core import services
from core.errors import GenerationInFlight, IdempotencyConflict, ProviderFailed, ValidationFailed
from tests.support.database import TestDatabase
from tests.support.faults import answering
from tests.support.people import Owner
from tests.support.provider import EmulatedProvider


async def press(owner: Owner, key: str | None, prompt: str = "a red kite") -> str:
    generation_id = await services.submit_generation(
        owner.ctx, order=services.new_order(owner.ctx, prompt), owner_id=owner.id, idempotency_key=key
    )
    return str(generation_id)


async def test_a_repeated_press_gives_the_same_id_while_it_runs_and_afterwards(
    owner: Owner, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    first = await press(owner, "k1")
    assert await press(owner, "k1") == first
    with pytest.raises(GenerationInFlight):
        await press(owner, "k2")
    provider.emulator.seconds_to_draw = 0
    await owner.read(owner.rows()[0]["id"])
    assert await press(owner, "k1") == first
    assert provider.creates == 1


async def test_of_presses_at_once_one_starts_and_all_get_its_id(
    owner: Owner, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    ids = await asyncio.gather(*(press(owner, "k1") for _ in range(12)))
    assert len(set(ids)) == 1
    assert provider.creates == 1


async def test_another_prompt_with_the_key_is_a_conflict(owner: Owner, provider: EmulatedProvider) -> None:
    await press(owner, "k1")
    with pytest.raises(IdempotencyConflict):
        await press(owner, "k1", "something else")
    assert provider.creates == 1


async def test_a_refused_press_is_not_sent_again(owner: Owner, provider: EmulatedProvider) -> None:
    provider.emulator.fault = answering(402)
    with pytest.raises(ProviderFailed):
        await press(owner, "k1")
    provider.emulator.fault = None
    assert await press(owner, "k1") == str(owner.rows()[0]["id"])
    assert provider.creates == 1


async def test_a_key_is_the_owners_own(owner: Owner, other_owner: Owner, provider: EmulatedProvider) -> None:
    assert await press(owner, "k1") != await press(other_owner, "k1", "something else")
    assert provider.creates == 2


async def test_after_a_day_a_key_may_be_used_again(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    first = await press(owner, "k1")
    await owner.read(owner.rows()[0]["id"])
    database.run("UPDATE submit_keys SET created_at = created_at - interval '25 hours'")
    assert await press(owner, "k1", "something else") != first
    assert provider.creates == 2


@pytest.mark.parametrize("key", ["", "x" * 256, "naïve", "line\nbreak", "\x00"])
async def test_a_key_that_cannot_be_kept_is_refused(
    owner: Owner, provider: EmulatedProvider, key: str
) -> None:
    with pytest.raises(ValidationFailed):
        await press(owner, key)
    assert provider.creates == 0
