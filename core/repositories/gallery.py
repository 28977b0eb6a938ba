"""The deletion of a person's generations."""

from uuid import UUID

from sqlalchemy import delete, func, or_, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from core.models import TASK_DUE_AFTER, Generation, Task
from core.repositories.generations import is_owners

UNDO_TIME = TASK_DUE_AFTER[Task.REMOVE]


async def mark_deleted(session: AsyncSession, *, id: UUID, owner_id: UUID) -> None:
    """Mark the generation as deleted; its removal is due after `UNDO_TIME`."""
    await session.execute(update(Generation).where(*is_owners(id, owner_id)).values(deleted_at=func.now()))


async def restore(session: AsyncSession, *, id: UUID, owner_id: UUID) -> bool:
    """Undo the deletion, as long as the removal cannot have begun. False if it is too late, or nothing is
    there."""
    deleted_at = col(Generation.deleted_at)
    statement = (
        update(Generation)
        .where(*is_owners(id, owner_id), or_(deleted_at.is_(None), deleted_at > func.now() - UNDO_TIME))
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
