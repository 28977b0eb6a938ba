"""Who has come in: a row for each person, written at each sign-in."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession


async def note(session: AsyncSession, *, owner_id: UUID, name: str, email: str | None) -> bool:
    """Write down the person as they are now, unless they are blocked: then false. The person is locked until
    the transaction ends, so that a block or a deletion comes before or after this, never between."""
    await session.execute(text("SELECT lock_person(:owner_id, false)"), {"owner_id": owner_id})
    statement = text(
        "INSERT INTO people AS p (owner_id, name, email, first_seen_at)"
        " VALUES (:owner_id, :name, :email, clock_timestamp())"
        " ON CONFLICT (owner_id) DO UPDATE SET name = :name, email = :email, last_seen_at = now()"
        " WHERE p.blocked_at IS NULL RETURNING true"
    )
    found = await session.execute(statement, {"owner_id": owner_id, "name": name, "email": email})
    return bool(found.scalar_one_or_none())


async def is_known(session: AsyncSession, *, owner_id: UUID) -> bool:
    """Whether the person has ever come in."""
    statement = text("SELECT EXISTS (SELECT FROM people WHERE owner_id = :owner_id)")
    return bool(await session.scalar(statement, {"owner_id": owner_id}))


def is_shut_out(error: DBAPIError) -> bool:
    """Whether a statement failed because a block or the deletion of the account came meanwhile."""
    return getattr(error.orig, "sqlstate", None) == "EA002"
