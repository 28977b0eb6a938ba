"""Reading and writing login sessions, by the hash of their token."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from core.models import LoginSession

LAST_SEEN_PRECISION = timedelta(minutes=5)


class Live(NamedTuple):
    """A login session that has not expired, and whether it is time to note that it was used."""

    login_session: LoginSession
    is_to_be_touched: bool


async def create(
    session: AsyncSession,
    *,
    token_hash: bytes,
    owner_id: UUID,
    name: str,
    picture: str | None,
    lifetime: timedelta,
) -> None:
    await session.execute(
        insert(LoginSession).values(
            token_hash=token_hash,
            owner_id=owner_id,
            name=name,
            picture=picture,
            created_at=func.now(),
            last_seen_at=func.now(),
            expires_at=func.now() + lifetime,
        )
    )


async def get_live(session: AsyncSession, *, token_hash: bytes) -> Live | None:
    """The login session of that token, unless it has expired."""
    is_to_be_touched = col(LoginSession.last_seen_at) < func.now() - LAST_SEEN_PRECISION
    query = select(LoginSession, is_to_be_touched).where(
        col(LoginSession.token_hash) == token_hash, col(LoginSession.expires_at) > func.now()
    )
    row = (await session.execute(query)).one_or_none()
    return Live(*row) if row else None


async def touch(session: AsyncSession, *, token_hash: bytes) -> None:
    """Note that it was used, at most once in `LAST_SEEN_PRECISION`, so that reads stay reads."""
    await session.execute(
        update(LoginSession)
        .where(
            col(LoginSession.token_hash) == token_hash,
            col(LoginSession.last_seen_at) < func.now() - LAST_SEEN_PRECISION,
        )
        .values(last_seen_at=func.now())
    )


async def delete_by_token_hash(session: AsyncSession, *, token_hash: bytes) -> None:
    await session.execute(delete(LoginSession).where(col(LoginSession.token_hash) == token_hash))


async def delete_expired_of_owner(session: AsyncSession, *, owner_id: UUID) -> None:
    await session.execute(
        delete(LoginSession).where(
            col(LoginSession.owner_id) == owner_id, col(LoginSession.expires_at) <= func.now()
        )
    )
