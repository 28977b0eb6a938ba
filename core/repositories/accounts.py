"""The deletion of accounts, and whose export is under way (migration 0011)."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.database.statements import Statements

_LEASE = timedelta(seconds=60)


async def begin_deletion(session: AsyncSession, *, owner_id: UUID, claimed: timedelta) -> None:
    """End every way in, and note that all that the owner has is to be removed; this process does it for as
    long as `claimed`."""
    statement = text("SELECT begin_account_deletion(:owner_id, :claimed)")
    await session.execute(statement, {"owner_id": owner_id, "claimed": claimed})


async def claim_deletion(
    statements: Statements, *, owner_id: UUID, claimed: timedelta, is_renewed: bool = False
) -> bool:
    """Take a deletion that is due, or keep one for longer; false if another process was first."""
    found = await statements.fetch(
        "SELECT claim_account_deletion(%s, %s, %s)", [owner_id, claimed, is_renewed]
    )
    return bool(found.rows[0][0])


async def is_back(statements: Statements, *, owner_id: UUID) -> bool:
    """Whether whoever has deleted their account has come in again."""
    found = await statements.fetch("SELECT is_back(%s)", [owner_id])
    return bool(found.rows[0][0])


async def list_for_deletion(statements: Statements, *, owner_id: UUID, limit: int) -> list[UUID]:
    """Generations that are to be removed: all that have ended; if the person is back, from before that."""
    found = await statements.fetch("SELECT id FROM list_for_account_deletion(%s, %s)", [owner_id, limit])
    return [row[0] for row in found.rows]


async def remove_generations(session: AsyncSession, *, owner_id: UUID, ids: list[UUID]) -> None:
    """Remove the rows."""
    statement = text("DELETE FROM generations WHERE owner_id = :owner_id AND id = ANY(:ids)")
    await session.execute(statement, {"owner_id": owner_id, "ids": ids})


async def end_deletion(statements: Statements, *, owner_id: UUID, settling: timedelta) -> int:
    """Take the person's name off the totals. Returns how many generations are left, which still run.

    The deletion is over when there is none, and so long after its beginning that nothing more can come.
    """
    found = await statements.fetch("SELECT end_account_deletion(%s, %s)", [owner_id, settling])
    return int(found.rows[0][0])


async def list_ids(statements: Statements, *, owner_id: UUID) -> list[UUID]:
    """All of the owner's generations, the newest first."""
    found = await statements.fetch("SELECT list_generation_ids(%s)", [owner_id])
    return [row[0] for row in found.rows]


async def lease_export(session: AsyncSession, *, owner_id: UUID, lease: UUID) -> bool:
    """Begin an export, or go on with the one of this `lease`; false while another one is under way."""
    statement = text(
        "INSERT INTO exports AS e (owner_id, lease, leased_until) VALUES (:owner_id, :lease, now() + :time)"
        " ON CONFLICT (owner_id) DO UPDATE SET lease = :lease, leased_until = now() + :time"
        " WHERE e.lease = :lease OR e.leased_until <= now() RETURNING true"
    )
    values = {"owner_id": owner_id, "lease": lease, "time": _LEASE}
    return (await session.execute(statement, values)).first() is not None


async def end_export(session: AsyncSession, *, owner_id: UUID, lease: UUID) -> None:
    """The export of that lease is over."""
    statement = text("DELETE FROM exports WHERE owner_id = :owner_id AND lease = :lease")
    await session.execute(statement, {"owner_id": owner_id, "lease": lease})
