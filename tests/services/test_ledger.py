"""What generations cost: reserved, charged or released; the day's limit and the month's budget."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from core.errors import BudgetReached, NoCredits, ProviderFailed
from core.settings import Settings
from tests.support.application import quiet_context
from tests.support.database import TestDatabase
from tests.support.faults import answering
from tests.support.people import Owner
from tests.support.provider import EmulatedProvider

PRICE = Decimal("0.047")  # of the default model and quality


def ledger(owner: Owner) -> list[tuple[str, Decimal | None]]:
    """State and price of the owner's rows, oldest first; the sums of all rows must be right meanwhile."""
    owner.database.run("SELECT settle_noted(NULL, NULL)")  # which the loop does on several machines
    sums = owner.database.run(
        "SELECT sum(price_usd) FILTER (WHERE state = 'reserved') AS reserved,"
        " sum(price_usd) FILTER (WHERE state = 'charged') AS charged FROM ledger"
    )
    kept = owner.database.run(
        "SELECT sum(reserved_usd) AS reserved, sum(charged_usd) AS charged FROM spending"
    )
    assert [{name: value or 0 for name, value in row.items()} for row in kept] == [
        {name: value or 0 for name, value in row.items()} for row in sums
    ]
    rows = owner.database.run("SELECT * FROM ledger WHERE owner_id = %s ORDER BY created_at", owner.id)
    return [(row["state"], row["price_usd"]) for row in rows]


def with_settings(owner: Owner, **changes: Any) -> Owner:
    settings = owner.ctx.settings.model_copy(update=changes)
    return replace(owner, ctx=replace(owner.ctx, settings=settings))


async def test_a_price_is_reserved_with_the_row_and_charged_with_the_end(
    owner: Owner, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    generation_id = await owner.submit()
    assert ledger(owner) == [("reserved", PRICE)]
    provider.finish()
    await owner.read(generation_id)
    assert ledger(owner) == [("charged", PRICE)]
    await owner.delete(generation_id)
    owner.database.run("DELETE FROM generations")
    assert ledger(owner) == [("charged", PRICE)]


async def test_a_refusal_by_the_provider_releases_at_once(owner: Owner, provider: EmulatedProvider) -> None:
    provider.emulator.fault = answering(422)
    with pytest.raises(ProviderFailed):
        await owner.submit()
    assert ledger(owner) == [("released", PRICE)]


async def test_unknown_stays_reserved_until_it_is_known(owner: Owner, provider: EmulatedProvider) -> None:
    provider.never_finish()
    generation_id = await owner.submit()
    provider.emulator.fault = answering(503)
    owner.database.age(7)
    await owner.settle()
    assert owner.row()["charge"] == "unknown"
    assert ledger(owner) == [("reserved", PRICE)]
    provider.emulator.fault = None
    provider.finish()
    await owner.settle()
    late = next(row for row in owner.rows() if row["id"] == generation_id)
    assert late["late_charge"] == "charged"
    assert ledger(owner) == [("charged", PRICE)]


async def test_a_price_that_is_not_known_is_null_and_never_nought(owner: Owner) -> None:
    await with_settings(owner, replicate_model="somebody/else").submit()
    assert ledger(owner)[0] == ("reserved", None)


@pytest.mark.asvs("2.3.2")
async def test_the_days_limit_counts_what_was_not_released(owner: Owner, provider: EmulatedProvider) -> None:
    limited = with_settings(owner, generations_per_day=2)
    provider.emulator.fault = answering(422)
    with pytest.raises(ProviderFailed):
        await limited.submit()
    assert ledger(owner) == [("released", PRICE)]
    provider.emulator.fault = None
    for _ in range(2):
        generation_id = await limited.make()
        await limited.delete(generation_id)
    owner.database.run("DELETE FROM generations")
    with pytest.raises(NoCredits) as caught:
        await limited.submit()
    details = caught.value.details or {}
    assert (details["limit"], details["used"]) == (2, 2)
    assert details["resets_at"].endswith("T00:00:00Z")
    assert provider.creates == 3
    assert owner.rows() == []
    owner.database.run("UPDATE ledger SET created_at = created_at - interval '1 day'")
    await limited.submit()


async def test_of_a_limit_of_nought_nobody_gets_anything(owner: Owner, provider: EmulatedProvider) -> None:
    with pytest.raises(NoCredits):
        await with_settings(owner, generations_per_day=0).submit()
    assert (owner.rows(), ledger(owner), provider.creates) == ([], [], 0)


@pytest.mark.asvs("2.3.2")
async def test_the_budget_is_everybodys_and_the_months(
    owner: Owner, other_owner: Owner, provider: EmulatedProvider
) -> None:
    budget = PRICE * 2
    await with_settings(owner, budget_usd_per_month=budget).make()
    await with_settings(other_owner, budget_usd_per_month=budget).make()
    with pytest.raises(BudgetReached):
        await with_settings(owner, budget_usd_per_month=budget).submit()
    assert provider.creates == 2
    assert ledger(owner) == [("charged", PRICE)]
    owner.database.run("UPDATE spending SET month = month - interval '1 month'")
    await with_settings(owner, budget_usd_per_month=budget).submit()


@pytest.fixture
async def other_process(settings: Settings, database: TestDatabase) -> AsyncIterator[Owner]:
    async with quiet_context(settings, database) as ctx:
        yield Owner(ctx, database, uuid4())


async def test_a_press_that_is_repeated_is_reserved_once(owner: Owner, other_process: Owner) -> None:
    same = [owner, replace(other_process, id=owner.id)] * 5
    await asyncio.gather(*(each.submit() for each in same), return_exceptions=True)
    assert len(ledger(owner)) == 1
