"""What stands beside Generate before a press: the price, what is left, and what is in the way."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import uuid4

from nicegui.testing import User

from core import services
from core.callers import LoginToken
from core.settings import Settings
from tests.support.application import Started, started_app
from tests.support.database import TestDatabase
from tests.support.people import SignedIn, signed_in, simulated
from tests.support.prompts import press_generate, prompt_box
from tests.support.provider import EmulatedProvider
from tests.support.waiting import until

PATH = "/dashboard/generate"


@asynccontextmanager
async def visiting(
    settings: Settings, database: TestDatabase, **changes: Any
) -> AsyncIterator[tuple[User, Started, SignedIn]]:
    async with (
        started_app(settings.model_copy(update=changes), database) as started,
        signed_in(started.app, started.ctx, "ada", is_admin=True) as ada,
        simulated(ada.http) as user,
    ):
        await user.open(PATH)
        yield user, started, ada


def offers(user: User, **expected: Any) -> bool:
    """Whether the box has that offer, and whatever else."""
    offer = prompt_box(user).props["offer"]
    return bool(expected.items() <= offer.items())


def until_offered(user: User, **expected: Any) -> Any:
    condition: Callable[[], bool] = partial(offers, user, **expected)
    return until(condition)


async def test_the_price_is_known_from_the_first_moment_and_nothing_else(
    settings: Settings, database: TestDatabase
) -> None:
    async with visiting(settings, database) as (user, _, _ada):
        assert offers(user, model="openai/gpt-image-2", quality="medium")
        assert offers(user, price=0.047, limit=None, left=None, isPaused=False, budgetResetsAt=None)


async def test_what_is_left_of_the_day_follows_every_run(
    settings: Settings, database: TestDatabase, provider: EmulatedProvider
) -> None:
    async with visiting(settings, database, generations_per_day=2) as (user, _, _ada):
        assert offers(user, limit=2, left=2)
        provider.emulator.seconds_to_start = 1e9
        press_generate(user, "a red kite")
        await until_offered(user, left=1)
        cancel = user.find(marker="cancel")
        await until(lambda: "aria-disabled" not in next(iter(cancel.elements)).props)
        cancel.click()
        await until_offered(user, left=2)  # it had not begun, so it was not charged


async def test_a_spent_budget_is_told_to_everybody_and_so_is_room_in_it(
    settings: Settings, database: TestDatabase, provider: EmulatedProvider
) -> None:
    budget = Decimal("0.10")
    async with visiting(settings, database, budget_usd_per_month=budget) as (user, started, _ada):
        provider.emulator.seconds_to_start = 1e9
        order = services.new_order(started.ctx, "a red kite")
        for owner_id in (uuid4(), uuid4()):
            running = await services.submit_generation(started.ctx, order=order, owner_id=owner_id)
        await until(lambda: prompt_box(user).props["offer"]["budgetResetsAt"])
        await services.cancel_generation(started.ctx, id=running, owner_id=owner_id)
        await until_offered(user, budgetResetsAt=None)


async def test_a_pause_is_told_and_so_is_its_end(settings: Settings, database: TestDatabase) -> None:
    async with visiting(settings, database) as (user, started, ada):
        boss = LoginToken.of(ada.token)
        await services.set_paused(started.ctx, boss, is_paused=True)
        await until_offered(user, isPaused=True)
        await services.set_paused(started.ctx, boss, is_paused=False)
        await until_offered(user, isPaused=False)


async def test_a_pause_is_told_where_the_database_cannot_tell_it(
    settings: Settings, database: TestDatabase
) -> None:
    """Behind a pooler nobody hears a notice: each process looks for all of its pages."""
    async with visiting(settings, database) as (user, started, _ada):
        started.ctx.news.is_live = False
        database.run("ALTER TABLE installation DISABLE TRIGGER installation_news")
        try:
            database.run("INSERT INTO installation (paused_at) VALUES (now())")
            await until_offered(user, isPaused=True)
        finally:
            database.run("ALTER TABLE installation ENABLE TRIGGER installation_news")
