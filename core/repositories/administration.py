"""What administrators see and do. Each function of the database proves that the login session of its
transaction is an administrator's, and none of them reads a generation (migration 0011)."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

NOBODY = UUID(int=0)
"""Whose the ledger's rows of deleted accounts are."""


class Day(NamedTuple):
    """A day (UTC) of the ledger, with sums in US dollars."""

    day: date
    generations: int
    failures: int
    charged_usd: Decimal
    reserved_usd: Decimal


class PersonOfMonth(NamedTuple):
    """Somebody, and what they started in a month; without a name for those of whom only totals are left."""

    owner_id: UUID
    name: str | None
    email: str | None
    first_seen_at: datetime | None
    last_seen_at: datetime | None
    blocked_at: datetime | None
    generations: int
    failures: int
    charged_usd: Decimal
    reserved_usd: Decimal


class Sort(StrEnum):
    """The columns by which people are sorted."""

    NAME = "name"
    EMAIL = "email"
    GENERATIONS = "generations"
    FAILURES = "failures"
    SPENT = "spent"
    LAST_SEEN = "last_seen"


class Part(NamedTuple):
    """A part of the table of people: whose name or e-mail contains `words`, sorted, from `offset` on."""

    words: str = ""
    sort: Sort = Sort.NAME
    is_descending: bool = False
    offset: int = 0
    limit: int | None = None


class AuditRow(NamedTuple):
    """A row of the audit log, with the names that its people have by now."""

    id: int
    at: datetime
    actor: UUID | None
    actor_name: str | None
    act: str
    target: str | None
    target_name: str | None
    request_id: str
    address: str | None


_ORDERS = {
    Sort.NAME: "lower(name)",
    Sort.EMAIL: "lower(email)",
    Sort.GENERATIONS: "generations",
    Sort.FAILURES: "failures",
    Sort.SPENT: "charged_usd + reserved_usd",
    Sort.LAST_SEEN: "last_seen_at",
}


async def set_paused(session: AsyncSession, *, token_hash: bytes, is_paused: bool) -> UUID | None:
    """Stop or allow new generations. Returns who did it; None where that changed nothing."""
    statement = text("SELECT set_paused(:token_hash, :is_paused)")
    actor: UUID | None = await session.scalar(statement, {"token_hash": token_hash, "is_paused": is_paused})
    return actor


async def set_blocked(
    session: AsyncSession, *, token_hash: bytes, person: UUID, is_blocked: bool
) -> UUID | None:
    """Shut somebody out, or let them in again. Returns who did it; None where there is nobody of that id."""
    statement = text("SELECT set_blocked(:token_hash, :person, :is_blocked)")
    values = {"token_hash": token_hash, "person": person, "is_blocked": is_blocked}
    actor: UUID | None = await session.scalar(statement, values)
    return actor


async def end_login_sessions_of(session: AsyncSession, *, token_hash: bytes, person: UUID) -> UUID | None:
    """End all login sessions of somebody. Returns who did it; None where there is nobody of that id."""
    statement = text("SELECT end_login_sessions_of(:token_hash, :person)")
    actor: UUID | None = await session.scalar(statement, {"token_hash": token_hash, "person": person})
    return actor


async def read_days(session: AsyncSession, *, token_hash: bytes, month: date) -> list[Day]:
    """Each day of the month that begins with `month`."""
    statement = text("SELECT * FROM read_days(:token_hash, :month)")
    return [Day(*row) for row in await session.execute(statement, {"token_hash": token_hash, "month": month})]


async def read_people(
    session: AsyncSession, *, token_hash: bytes, month: date, part: Part
) -> tuple[list[PersonOfMonth], int]:
    """Those of that part of the table; and how many there are in all with its words."""
    direction = "DESC" if part.is_descending else "ASC"
    statement = text(
        "SELECT *, count(*) OVER () FROM read_people(:token_hash, :month, :words)"  # noqa: S608  (no input)
        f" ORDER BY {_ORDERS[part.sort]} {direction} NULLS LAST, owner_id LIMIT :limit OFFSET :offset"
    )
    values = {"words": part.words, "limit": part.limit, "offset": part.offset}
    rows = list(await session.execute(statement, values | {"token_hash": token_hash, "month": month}))
    if part.offset and not rows:  # past the end, where no row tells how many there are
        first = part._replace(offset=0, limit=1)
        return [], (await read_people(session, token_hash=token_hash, month=month, part=first))[1]
    return [PersonOfMonth(*row[:-1]) for row in rows], rows[0][-1] if rows else 0


async def read_audit_log(
    session: AsyncSession, *, token_hash: bytes, before: int | None, limit: int
) -> list[AuditRow]:
    """The newest rows, from before the id `before`."""
    statement = text("SELECT * FROM read_audit_log(:token_hash, :before, :limit)")
    values = {"token_hash": token_hash, "before": before, "limit": limit}
    return [AuditRow(*row) for row in await session.execute(statement, values)]


def is_no_administrator(error: DBAPIError) -> bool:
    """Whether a statement failed because the login session is not an administrator's."""
    return getattr(error.orig, "sqlstate", None) == "EA001"
