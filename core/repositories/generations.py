"""Reading and writing generations. Every query names the owner, as the policies do too."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from core.errors import GenerationInFlight
from core.failures import FailureCode
from core.models import Generation, Status


async def create(session: AsyncSession, *, owner_id: UUID, prompt: str, model: str) -> Generation:
    """A new `processing` generation. Raises `GenerationInFlight` when the owner has one already."""
    generation = Generation(owner_id=owner_id, prompt=prompt, model=model)
    session.add(generation)
    try:
        await session.flush()
    except IntegrityError as error:
        if "generations_one_in_flight_per_owner" in str(error.orig):
            raise GenerationInFlight from None
        raise
    return generation


async def get_by_id(session: AsyncSession, *, id: UUID, owner_id: UUID) -> Generation | None:
    query = select(Generation).where(col(Generation.id) == id, col(Generation.owner_id) == owner_id)
    return (await session.execute(query)).scalar_one_or_none()


async def find_active_by_owner_within_ttl(
    session: AsyncSession, *, owner_id: UUID, ttl: timedelta
) -> Generation | None:
    """The owner's generation that is in flight and not older than `ttl`."""
    query = _unfinished(owner_id).where(col(Generation.created_at) > func.now() - ttl)
    return (await session.execute(query)).scalar_one_or_none()


async def find_overdue_by_owner(
    session: AsyncSession, *, owner_id: UUID, ttl: timedelta
) -> Generation | None:
    """The owner's generation that is in flight and older than `ttl`, by the database's clock."""
    query = _unfinished(owner_id).where(col(Generation.created_at) <= func.now() - ttl)
    return (await session.execute(query)).scalar_one_or_none()


async def save_external_id(session: AsyncSession, *, id: UUID, owner_id: UUID, external_id: str) -> None:
    await session.execute(
        update(Generation)
        .where(col(Generation.id) == id, col(Generation.owner_id) == owner_id)
        .values(external_id=external_id)
    )


async def update_status_and_url(
    session: AsyncSession,
    *,
    id: UUID,
    owner_id: UUID,
    status: Status,
    url: str | None = None,
    error_code: FailureCode | None = None,
) -> Generation | None:
    """End a generation that is still `processing`; the ended row, or None when it had ended before."""
    statement = (
        update(Generation)
        .where(
            col(Generation.id) == id,
            col(Generation.owner_id) == owner_id,
            col(Generation.status) == Status.PROCESSING,
        )
        .values(status=status, result_url=url, error_code=error_code)
        .returning(Generation)
    )
    return (await session.execute(statement)).scalar_one_or_none()


def _unfinished(owner_id: UUID):  # type: ignore[no-untyped-def]
    return select(Generation).where(
        col(Generation.owner_id) == owner_id, col(Generation.status) == Status.PROCESSING
    )
