"""The deletion of a person's generations."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from core.models import TASK_DUE_AFTER, Generation, Status, Task
from core.repositories.generations import is_owners

UNDO_TIME = TASK_DUE_AFTER[Task.REMOVE]


async def mark_deleted(session: AsyncSession, *, id: UUID, owner_id: UUID) -> None:
    """Mark the generation as deleted; its removal is due after `UNDO_TIME`."""
    await session.execute(update(Generation).where(*is_owners(id, owner_id)).values(deleted_at=func.now()))


async def mark_all_deleted(session: AsyncSession, *, ids: Collection[UUID], owner_id: UUID) -> set[UUID]:
    """Mark those generations of the owner as deleted that have ended; the ids of those."""
    statement = (
        update(Generation)
        .where(
            *_are_owners(ids, owner_id),
            col(Generation.status) != Status.PROCESSING,
            col(Generation.deleted_at).is_(None),
        )
        .values(deleted_at=func.now())
        .returning(col(Generation.id))
    )
    return set((await session.scalars(statement)).all())


async def restore_all(session: AsyncSession, *, ids: Collection[UUID], owner_id: UUID) -> set[UUID]:
    """`restore` for many; the ids of those that are there now."""
    statement = (
        update(Generation)
        .where(*_are_owners(ids, owner_id), _can_be_restored())
        .values(deleted_at=None)
        .returning(col(Generation.id))
    )
    return set((await session.scalars(statement)).all())


async def restore(session: AsyncSession, *, id: UUID, owner_id: UUID) -> bool:
    """Undo the deletion, as long as the removal cannot have begun. False if it is too late, or nothing is
    there."""
    statement = (
        update(Generation)
        .where(*is_owners(id, owner_id), _can_be_restored())
        .values(deleted_at=None)
        .returning(col(Generation.id))
    )
    return (await session.execute(statement)).first() is not None


async def remove_deleted(session: AsyncSession, *, id: UUID, owner_id: UUID) -> bool:
    """Remove the row of a deleted generation. False if it has been restored, or removed before."""
    statement = (
        delete(Generation)
        .where(*is_owners(id, owner_id), col(Generation.deleted_at).is_not(None))
        .returning(col(Generation.id))
    )
    return (await session.execute(statement)).first() is not None


def _can_be_restored() -> ColumnElement[bool]:
    deleted_at = col(Generation.deleted_at)
    return or_(deleted_at.is_(None), deleted_at > func.now() - UNDO_TIME)


def _are_owners(ids: Collection[UUID], owner_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return col(Generation.id).in_(ids), col(Generation.owner_id) == owner_id
