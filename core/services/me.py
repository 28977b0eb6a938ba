"""What a person may know of themselves: who they are here, what a picture costs, and what is left."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from core.context import Context
from core.provider.inputs import new_order
from core.repositories import ledger
from core.repositories.ledger import PersonalLimits, Used
from core.services.credit_check import Allowance


class Me(NamedTuple):
    """`price_usd` is None where the price is not known, `allowance` where there is no limit."""

    name: str | None
    email: str | None
    price_usd: Decimal | None
    allowance: Allowance | None


class Offer(NamedTuple):
    """What makes another picture and what it costs a person, what stands in its way, and what theirs of this
    month cost.

    `price_usd` is None where the price is not known, `allowance` where there is no limit.
    """

    model: str
    quality: str | None
    price_usd: Decimal | None
    allowance: Allowance | None
    is_paused: bool
    is_budget_reached: bool
    budget_resets_at: datetime
    charged_usd: Decimal
    reserved_usd: Decimal

    @property
    def changes_at(self) -> datetime | None:
        """When something that stands in the way goes by itself; None if nothing does."""
        moments = [self.allowance.resets_at] if self.allowance else []
        return min(moments + ([self.budget_resets_at] if self.is_budget_reached else []), default=None)


async def read_offer(ctx: Context, *, owner_id: UUID) -> Offer:
    """What another picture means for the owner now; pages that ask at once share one statement.

    Raises `ServiceUnavailable`.
    """
    statements = ctx.database.statements
    found = await ctx.limit_looks.get(owner_id, lambda: ledger.read_limits(statements, owner_id=owner_id))
    return offer_of(ctx, found)


def offer_of(ctx: Context, limits: PersonalLimits) -> Offer:
    """What another picture means under these limits."""
    order = new_order(ctx.settings, prompt="")
    return Offer(
        order.model,
        order.quality,
        ctx.settings.price_of_a_picture,
        _allowance(ctx, limits.used),
        limits.is_paused,
        _is_budget_reached(ctx, limits.used),
        limits.used.month_ends_at,
        limits.charged_usd,
        limits.reserved_usd,
    )


async def read_me(ctx: Context, *, owner_id: UUID) -> Me:
    """The person of that id, in one statement. Raises `ServiceUnavailable`."""
    person = await ledger.read_person(ctx.database.statements, owner_id=owner_id)
    price = ctx.settings.price_of_a_picture
    return Me(person.name, person.email, price, _allowance(ctx, person.used))


def _allowance(ctx: Context, used: Used) -> Allowance | None:
    limit = ctx.settings.generations_per_day
    return None if limit is None else Allowance(limit, used.today, used.day_ends_at)


def _is_budget_reached(ctx: Context, used: Used) -> bool:
    budget, price = ctx.settings.budget_usd_per_month, ctx.settings.price_of_a_picture
    return budget is not None and used.month_usd + (price or 0) > budget
