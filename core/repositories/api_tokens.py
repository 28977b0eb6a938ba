"""API tokens, which are found by the SHA-256 hash of their text."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.api_tokens import Scope
from core.database.statements import Statements


class ApiToken(NamedTuple):
    """A token without its text, which only its owner has."""

    id: UUID
    owner_id: UUID
    name: str
    scopes: list[Scope]
    created_at: datetime
    last_used_at: datetime | None
    """To five minutes; None before the first use."""
    expires_at: datetime


async def add(
    session: AsyncSession,
    *,
    owner_id: UUID,
    token_hash: bytes,
    name: str,
    scopes: Collection[Scope],
    lifetime: timedelta,
    at_most: int,
) -> ApiToken | None:
    """A new token of the owner; None when the owner has `at_most` live ones already."""
    statement = text(
        "SELECT id, owner_id, name, scopes, created_at, last_used_at, expires_at"
        " FROM add_api_token(:owner_id, :token_hash, :name, :scopes, :lifetime, :at_most)"
    )
    values = {
        "owner_id": owner_id,
        "token_hash": token_hash,
        "name": name,
        "scopes": [each.value for each in scopes],
        "lifetime": lifetime,
        "at_most": at_most,
    }
    row = (await session.execute(statement, values)).first()
    return _token(tuple(row)) if row else None


async def find(statements: Statements, *, token_hash: bytes) -> ApiToken | None:
    """The token of that hash, noted as used; None when it is unknown or over."""
    found = await statements.fetch(
        "SELECT id, owner_id, name, scopes, created_at, last_used_at, expires_at FROM find_api_token(%s)"
        " WHERE id IS NOT NULL",
        [token_hash],
    )
    return _token(found.rows[0]) if found.rows else None


async def list_live(statements: Statements, *, owner_id: UUID) -> list[ApiToken]:
    """The owner's tokens that have not expired, the newest first."""
    found = await statements.fetch(
        "SELECT id, owner_id, name, scopes, created_at, last_used_at, expires_at FROM list_api_tokens(%s)",
        [owner_id],
    )
    return [_token(row) for row in found.rows]


async def revoke(session: AsyncSession, *, id: UUID, owner_id: UUID) -> bool:
    """Make the owner's token worthless, from now on and everywhere; False when there is none with that id."""
    statement = text("SELECT revoke_api_token(:owner_id, :id)")
    return bool(await session.scalar(statement, {"owner_id": owner_id, "id": id}))


async def delete_of_owner(session: AsyncSession, *, owner_id: UUID) -> None:
    """Delete all tokens of the owner."""
    await session.execute(text("DELETE FROM api_tokens WHERE owner_id = :owner_id"), {"owner_id": owner_id})


def _token(row: tuple[object, ...]) -> ApiToken:
    token = ApiToken(*row)  # type: ignore[arg-type]  # the columns of the statements above
    return token._replace(scopes=[Scope(each) for each in token.scopes])
