"""What administrators see and do. None of it reads a prompt or a picture: the database lets nobody."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from core.audit import Act
from core.callers import LoginToken
from core.context import Context
from core.errors import NotFound, ValidationFailed
from core.repositories import administration, audit
from core.repositories.administration import AuditRow, Day, Part, PersonOfMonth
from core.repositories.ledger import is_installation_paused
from core.sentences import Sentence

AUDIT_PAGE = 50
_NOT_YOURSELF = Sentence("You cannot block yourself.")


class Month(NamedTuple):
    """What a month (UTC) has cost by day, and what is left of its budget, in US dollars."""

    month: date
    days: list[Day]
    budget_usd: Decimal | None
    is_paused: bool

    @property
    def charged_usd(self) -> Decimal:
        """What is known to be charged."""
        return sum((day.charged_usd for day in self.days), Decimal(0))

    @property
    def reserved_usd(self) -> Decimal:
        """What may still be charged."""
        return sum((day.reserved_usd for day in self.days), Decimal(0))

    @property
    def left_usd(self) -> Decimal | None:
        """What may still be spent; None without a budget."""
        spent = self.charged_usd + self.reserved_usd
        return None if self.budget_usd is None else max(self.budget_usd - spent, Decimal(0))


class People(NamedTuple):
    """A part of a table of people, and how many there are in all."""

    items: list[PersonOfMonth]
    total: int


async def read_month(ctx: Context, presented: LoginToken, month: date) -> Month:
    """A month by day. Raises `NotFound` for anybody but an administrator, and `ServiceUnavailable`."""
    async with _as_administrator(ctx, presented) as session:
        days = await administration.read_days(session, token_hash=presented.hash, month=month)
        is_paused = await is_installation_paused(session)
    return Month(month, days, ctx.settings.budget_usd_per_month, is_paused)


async def read_people(ctx: Context, presented: LoginToken, month: date, part: Part) -> People:
    """That part of the table of people, with what they started in the month. Raises as `read_month`."""
    async with _as_administrator(ctx, presented) as session:
        found = await administration.read_people(session, token_hash=presented.hash, month=month, part=part)
    return People(*found)


async def read_audit_log(ctx: Context, presented: LoginToken, before: int | None) -> list[AuditRow]:
    """Up to `AUDIT_PAGE` acts, the newest first, from before the id `before`. Raises as `read_month`."""
    async with _as_administrator(ctx, presented) as session:
        return await administration.read_audit_log(
            session, token_hash=presented.hash, before=before, limit=AUDIT_PAGE
        )


async def download_month(
    ctx: Context, presented: LoginToken, month: date, by: UUID | None
) -> list[PersonOfMonth]:
    """Everybody who started something in the month; `by` whom is noted. Raises as `read_month`."""
    async with _as_administrator(ctx, presented) as session:
        found, _ = await administration.read_people(
            session, token_hash=presented.hash, month=month, part=Part()
        )
        if by:
            await audit.note(session, Act.MONTH_DOWNLOADED, actor=by, target=f"{month:%Y-%m}")
    return [each for each in found if each.generations]


async def set_paused(ctx: Context, presented: LoginToken, is_paused: bool) -> None:
    """Stop or allow new generations, at once, on every process; what runs goes on. Raises as `read_month`."""
    async with _as_administrator(ctx, presented) as session:
        actor = await administration.set_paused(session, token_hash=presented.hash, is_paused=is_paused)
        if actor:
            await audit.note(session, Act.PAUSED if is_paused else Act.RESUMED, actor=actor)


async def set_blocked(
    ctx: Context, presented: LoginToken, person: UUID, *, is_blocked: bool, by: UUID
) -> None:
    """Shut somebody out, at once, on every process, or let them in again.

    Raises `ValidationFailed` for oneself, and as `read_month`, also for somebody who has never come in.
    """
    if person == by and is_blocked:
        raise ValidationFailed(_NOT_YOURSELF, form_errors=[_NOT_YOURSELF])
    async with _as_administrator(ctx, presented) as session:
        actor = await administration.set_blocked(
            session, token_hash=presented.hash, person=person, is_blocked=is_blocked
        )
        if actor is None:
            raise NotFound
        await audit.note(session, Act.BLOCKED if is_blocked else Act.UNBLOCKED, actor=actor, target=person)


async def end_login_sessions_of(ctx: Context, presented: LoginToken, person: UUID) -> None:
    """Sign somebody out everywhere. Raises as `read_month`, also for somebody who has never come in."""
    async with _as_administrator(ctx, presented) as session:
        actor = await administration.end_login_sessions_of(session, token_hash=presented.hash, person=person)
        if actor is None:
            raise NotFound
        await audit.note(session, Act.SESSIONS_ENDED, actor=actor, target=person)


@asynccontextmanager
async def _as_administrator(ctx: Context, presented: LoginToken) -> AsyncIterator[AsyncSession]:
    try:
        async with ctx.database.transaction(login_token_hash=presented.hash) as session:
            yield session
    except DBAPIError as error:
        if administration.is_no_administrator(error):
            raise NotFound from None
        raise
