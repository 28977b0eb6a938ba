"""Writing login sessions, which are found by the SHA-256 hash of their token (`reads.py` reads them)."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from core.models import LoginSession


async def create(
    session: AsyncSession,
    *,
    token_hash: bytes,
    owner_id: UUID,
    name: str,
    picture: str | None,
    lifetime: timedelta,
    idle: timedelta,
    is_admin: bool,
) -> None:
    """Add a login session that ends after `lifetime`, or after `idle` if nobody uses it."""
    await session.execute(
        insert(LoginSession).values(
            token_hash=token_hash,
            owner_id=owner_id,
            name=name,
            picture=picture,
            is_admin=is_admin,
            created_at=func.now(),
            last_seen_at=func.now(),
            ends_at=func.now() + lifetime,
            expires_at=func.now() + min(lifetime, idle),
        )
    )


async def delete_by_token_hash(session: AsyncSession, *, token_hash: bytes) -> None:
    """Delete the login session of that token; an unknown token is no error."""
    await session.execute(delete(LoginSession).where(col(LoginSession.token_hash) == token_hash))


async def delete_of_owner(session: AsyncSession, *, owner_id: UUID) -> None:
    """Delete all login sessions of the owner."""
    await session.execute(delete(LoginSession).where(col(LoginSession.owner_id) == owner_id))


async def delete_expired_of_owner(session: AsyncSession, *, owner_id: UUID) -> None:
    """Delete the owner's login sessions that have expired."""
    await session.execute(
        delete(LoginSession).where(
            col(LoginSession.owner_id) == owner_id, col(LoginSession.expires_at) <= func.now()
        )
    )
