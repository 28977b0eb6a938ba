"""The list of generations that have a task (`core.models.Task`). A trigger keeps it; it holds ids only."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.database.statements import Statements


class Due(NamedTuple):
    """A generation whose task is due, and for how many seconds it has been due."""

    generation_id: UUID
    owner_id: UUID
    lag_seconds: float


class Claimed(NamedTuple):
    """The due generations that were claimed, and in how many seconds the next one was due before that."""

    due: list[Due]
    next_in: float | None
    """None when there is no task at all."""
    deletions: list[UUID]
    """The owners whose accounts are being deleted, and whose turn it is."""


async def claim(statements: Statements, *, batch: int) -> Claimed:
    """Claim up to `batch` due generations; no other process gets them until they are due again."""
    found = await statements.fetch(
        "SELECT next.seconds, next.deletions, c.* FROM (SELECT extract(epoch FROM least("
        "(SELECT min(due_at) FROM generations_to_settle), (SELECT min(due_at) FROM account_deletions)"
        ") - now())::float8, ARRAY(SELECT owner_id FROM account_deletions WHERE due_at <= now()))"
        " AS next(seconds, deletions) LEFT JOIN claim_generations_to_settle(%s) c ON true",
        [batch],
    )
    next_in, deletions, *_ = found.rows[0]
    return Claimed([Due(*row[2:]) for row in found.rows if row[2]], next_in, deletions)


async def find_listed(session: AsyncSession, *, generation_ids: Collection[UUID]) -> set[UUID]:
    """The ids among `generation_ids` whose generation still has a task."""
    statement = text("SELECT generation_id FROM generations_to_settle WHERE generation_id = ANY(:ids)")
    return set((await session.scalars(statement, {"ids": list(generation_ids)})).all())


async def is_claimed(session: AsyncSession, *, generation_id: UUID, owner_id: UUID) -> bool:
    """Whether the generation has been claimed for its present task: a change of the row resets the count."""
    statement = text(
        "SELECT 1 FROM generations_to_settle"
        " WHERE generation_id = :id AND owner_id = :owner_id AND attempts > 0"
    )
    values = {"id": generation_id, "owner_id": owner_id}
    return (await session.execute(statement, values)).first() is not None
