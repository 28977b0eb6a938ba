"""Login sessions, which are found by the SHA-256 hash of their token (`reads.py` has the reads of each
request)."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, insert, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from core.database.statements import Statements
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
    browser: str | None,
    authenticated: timedelta | None,
) -> None:
    """Add a login session that ends after `lifetime`, or after `idle` if nobody uses it.

    `authenticated` is how long ago the person proved who they are, where that is known.
    """
    await session.execute(
        insert(LoginSession).values(
            token_hash=token_hash,
            owner_id=owner_id,
            name=name,
            picture=picture,
            is_admin=is_admin,
            browser=browser,
            created_at=func.now(),
            last_seen_at=func.now(),
            ends_at=func.now() + lifetime,
            expires_at=func.now() + min(lifetime, idle),
        )
    )
    if authenticated is not None:
        await session.execute(
            text(
                "INSERT INTO authentications (token_hash, owner_id, at)"
                " VALUES (:token_hash, :owner_id, now() - CAST(:authenticated AS interval))"
            ),
            {"token_hash": token_hash, "owner_id": owner_id, "authenticated": authenticated},
        )


async def delete_by_token_hash(session: AsyncSession, *, token_hash: bytes) -> None:
    """Delete the login session of that token; an unknown token is no error."""
    await session.execute(delete(LoginSession).where(col(LoginSession.token_hash) == token_hash))


async def list_live(statements: Statements, *, owner_id: UUID) -> list[LoginSession]:
    """The owner's login sessions that are not over, the last used first."""
    found = await statements.fetch("SELECT * FROM list_login_sessions(%s)", [owner_id])
    return [LoginSession(**dict(zip(found.names, row, strict=True))) for row in found.rows]


async def end(statements: Statements, *, owner_id: UUID, id: UUID) -> bool:
    """End the owner's login session of that id; false when there is none."""
    found = await statements.fetch("SELECT end_login_session(%s, %s)", [owner_id, id])
    return bool(found.rows[0][0])


async def end_others(statements: Statements, *, token_hash: bytes) -> int:
    """End all login sessions of the person but the one of that token. Returns how many there were."""
    found = await statements.fetch("SELECT end_other_login_sessions(%s)", [token_hash])
    return int(found.rows[0][0])


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
