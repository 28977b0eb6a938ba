"""Reading and writing login sessions, which are found by the SHA-256 hash of their token."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from core.models import LoginSession

LAST_SEEN_PRECISION = timedelta(minutes=5)


class Live(NamedTuple):
    """A login session that has not expired, and whether its `last_seen_at` is due for an update."""

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
    """Add a login session that expires after `lifetime`."""
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
    """The login session of that token; None when it is unknown or has expired."""
    is_to_be_touched = col(LoginSession.last_seen_at) < func.now() - LAST_SEEN_PRECISION
    query = select(LoginSession, is_to_be_touched).where(
        col(LoginSession.token_hash) == token_hash, col(LoginSession.expires_at) > func.now()
    )
    row = (await session.execute(query)).one_or_none()
    return Live(*row) if row else None


async def touch(session: AsyncSession, *, token_hash: bytes) -> None:
    """Set `last_seen_at` to now, at most once in `LAST_SEEN_PRECISION`, so that most requests only read."""
    await session.execute(
        update(LoginSession)
        .where(
            col(LoginSession.token_hash) == token_hash,
            col(LoginSession.last_seen_at) < func.now() - LAST_SEEN_PRECISION,
        )
        .values(last_seen_at=func.now())
    )


async def delete_by_token_hash(session: AsyncSession, *, token_hash: bytes) -> None:
    """Delete the login session of that token; an unknown token is no error."""
    await session.execute(delete(LoginSession).where(col(LoginSession.token_hash) == token_hash))


async def delete_expired_of_owner(session: AsyncSession, *, owner_id: UUID) -> None:
    """Delete the owner's login sessions that have expired."""
    await session.execute(
        delete(LoginSession).where(
            col(LoginSession.owner_id) == owner_id, col(LoginSession.expires_at) <= func.now()
        )
    )
