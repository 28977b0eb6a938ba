"""Whether a person may have another generation made: credits, the day's limit and the month's budget."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from core.context import Context
from core.errors import BudgetReached, NoCredits, Paused
from core.models import Generation
from core.repositories import ledger
from core.services.login_sessions import admitted_transaction


class Allowance(NamedTuple):
    """How many generations of a person's day are used, of those that the host allows."""

    limit: int
    used: int
    resets_at: datetime

    @property
    def left(self) -> int:
        """How many may still be started."""
        return max(0, self.limit - self.used)


async def check_user_has_credits(owner_id: UUID) -> bool:  # noqa: ARG001  (real credits need it)
    """Always True for now; False makes a submit raise `NoCredits` (402)."""
    return True


@asynccontextmanager
async def reserving(ctx: Context, owner_id: UUID) -> AsyncIterator["Reserve"]:
    """A transaction of the owner's that adds a generation and then calls what it is given: that reserves the
    price, and raises `NoCredits`.

    No person's generations of a day pass `GENERATIONS_PER_DAY`, and all of a month together never pass
    `BUDGET_USD_PER_MONTH`, however many processes submit at once. Raises `BudgetReached`, and `Paused`
    while an administrator has stopped new generations; `Unauthenticated` for somebody whom a block or the
    deletion of their account has shut out meanwhile.
    """
    try:
        async with admitted_transaction(ctx, owner_id) as session:
            yield Reserve(ctx, session)
    except DBAPIError as error:
        if ledger.is_budget_reached(error):
            raise BudgetReached from None
        if ledger.is_paused(error):
            raise Paused from None
        raise


class Reserve(NamedTuple):
    """Reserves the price of a generation in the transaction that adds it."""

    ctx: Context
    session: AsyncSession

    async def price_of(self, generation: Generation) -> None:
        """Raises `NoCredits`, and `BudgetReached` where that is seen before the commit."""
        settings = self.ctx.settings
        price = settings.price_of(generation.model, generation.quality)
        limit, budget = settings.generations_per_day, settings.budget_usd_per_month
        used = await ledger.reserve(self.session, generation=generation, price=price, budget=budget)
        if limit is not None and used.today >= limit:
            resets_at = used.day_ends_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            raise NoCredits(details={"limit": limit, "used": used.today, "resets_at": resets_at})
        # Most who come too late are turned away here, and do not queue for the commit.
        if budget is not None and used.month_usd + (price or 0) > budget:
            raise BudgetReached
