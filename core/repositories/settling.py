"""The list of generations that have a task (`core.models.Task`). A trigger keeps it; it holds ids only."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


class Due(NamedTuple):
    """A generation whose task is due, and for how many seconds it has been due."""

    generation_id: UUID
    owner_id: UUID
    lag_seconds: float


async def claim(session: AsyncSession, *, batch: int) -> list[Due]:
    """Claim up to `batch` due generations; no other process gets them until they are due again."""
    rows = await session.execute(text("SELECT * FROM claim_generations_to_settle(:batch)"), {"batch": batch})
    return [Due(*row) for row in rows]


async def find_listed(session: AsyncSession, *, generation_ids: Collection[UUID]) -> set[UUID]:
    """The ids among `generation_ids` whose generation still has a task."""
    statement = text("SELECT generation_id FROM generations_to_settle WHERE generation_id = ANY(:ids)")
    return set((await session.scalars(statement, {"ids": list(generation_ids)})).all())


async def is_claimed(session: AsyncSession, *, generation_id: UUID) -> bool:
    """Whether the generation has been claimed for its present task: a change of the row resets the count."""
    statement = text("SELECT 1 FROM generations_to_settle WHERE generation_id = :id AND attempts > 0")
    return (await session.execute(statement, {"id": generation_id})).first() is not None
