"""Who has come in: a row for each person, written at each sign-in."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def note(session: AsyncSession, *, owner_id: UUID, name: str, email: str | None) -> bool:
    """Write down the person as they are now. False if they are blocked; the row is locked until the
    transaction ends, so that a block comes before or after this, never between."""
    statement = text(
        "INSERT INTO people AS p (owner_id, name, email) VALUES (:owner_id, :name, :email)"
        " ON CONFLICT (owner_id) DO UPDATE SET name = :name, email = :email, last_seen_at = now()"
        " RETURNING p.blocked_at IS NULL"
    )
    found = await session.execute(statement, {"owner_id": owner_id, "name": name, "email": email})
    return bool(found.scalar_one())
