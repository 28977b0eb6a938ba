"""What generations cost: a row for each, and what a person and all together have used (migration 0010)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from core.database.statements import Statements
from core.models import Generation


class Used(NamedTuple):
    """What counts against limits: of a person's day, and of everybody's month, both by UTC."""

    today: int
    month_usd: Decimal
    day_ends_at: datetime
    month_ends_at: datetime


class PersonOfLedger(NamedTuple):
    """What a person sees of themselves; no name for one who has not signed in since there were people."""

    name: str | None
    email: str | None
    used: Used


async def reserve(
    session: AsyncSession, *, generation: Generation, price: Decimal | None, budget: Decimal | None
) -> Used:
    """Reserve the price of a generation that this transaction adds; what was used before that.

    It fails, by `is_paused`, where an administrator has stopped new generations; and the transaction's
    commit, by `is_budget_reached`, where all of the month would pass the budget.
    """
    statement = text("SELECT * FROM reserve_price(:id, :owner_id, :model, :quality, :price, :budget)")
    row = await session.execute(
        statement,
        {
            "id": generation.id,
            "owner_id": generation.owner_id,
            "model": generation.model,
            "quality": generation.quality,
            "price": price,
            "budget": budget,
        },
    )
    return Used(*row.one())


class PersonalLimits(NamedTuple):
    """What stands between a person and another generation, and what theirs of this month cost."""

    used: Used
    is_paused: bool
    charged_usd: Decimal
    reserved_usd: Decimal


async def read_limits(statements: Statements, *, owner_id: UUID) -> PersonalLimits:
    """The owner's limits, in one statement."""
    found = await statements.fetch("SELECT * FROM read_limits(%s)", [owner_id])
    return limits_of(found.rows[0])


def limits_of(row: Sequence[Any]) -> PersonalLimits:
    """Of the columns of the function `read_limits`."""
    *used, is_paused, charged, reserved = row
    return PersonalLimits(Used(*used), is_paused, charged, reserved)


async def read_installation(statements: Statements) -> tuple[bool, bool]:
    """Whether new generations are stopped, and whether the month's budget is spent."""
    is_stopped, is_spent = (await statements.fetch("SELECT is_paused(), is_budget_spent()")).rows[0]
    return is_stopped, is_spent


async def is_installation_paused(session: AsyncSession) -> bool:
    """Whether an administrator has stopped new generations."""
    return bool(await session.scalar(text("SELECT is_paused()")))


def is_budget_reached(error: DBAPIError) -> bool:
    """Whether a commit failed because of the budget."""
    return getattr(error.orig, "sqlstate", None) == "EB001"


def is_paused(error: DBAPIError) -> bool:
    """Whether a reservation failed because an administrator has stopped new generations."""
    return getattr(error.orig, "sqlstate", None) == "EB002"


async def read_person(statements: Statements, *, owner_id: UUID) -> PersonOfLedger:
    """The person as they last signed in, and what is used."""
    found = await statements.fetch("SELECT * FROM read_me(%s)", [owner_id])
    name, email, *used = found.rows[0]
    return PersonOfLedger(name, email, Used(*used))
