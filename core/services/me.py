"""What a person may know of themselves: who they are here, what a picture costs, and what is left."""

from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from core.context import Context
from core.repositories import ledger
from core.services.credit_check import Allowance


class Me(NamedTuple):
    """`price_usd` is None where the price is not known, `allowance` where there is no limit."""

    name: str | None
    email: str | None
    price_usd: Decimal | None
    allowance: Allowance | None
    is_budget_reached: bool


async def read_me(ctx: Context, *, owner_id: UUID) -> Me:
    """The person of that id, in one statement. Raises `ServiceUnavailable`."""
    settings = ctx.settings
    person = await ledger.read_person(ctx.database.statements, owner_id=owner_id)
    limit, budget = settings.generations_per_day, settings.budget_usd_per_month
    price = settings.price_of_a_picture
    return Me(
        person.name,
        person.email,
        price,
        None if limit is None else Allowance(limit, person.used.today, person.used.day_ends_at),
        budget is not None and person.used.month_usd + (price or 0) > budget,
    )
