"""The idempotency keys of submits: which generation a key has started."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

KEPT_HOURS = 24


class UsedKey(NamedTuple):
    generation_id: UUID
    prompt_hash: bytes


async def find(session: AsyncSession, *, owner_id: UUID, key: str) -> UsedKey | None:
    """What the owner's key has started in the last `KEPT_HOURS`."""
    query = text(
        """
        SELECT generation_id, prompt_hash FROM submit_keys
        WHERE owner_id = :owner_id AND key = :key AND created_at > now() - make_interval(hours => :hours)
        """
    )
    row = (await session.execute(query, {"owner_id": owner_id, "key": key, "hours": KEPT_HOURS})).first()
    return UsedKey(*row) if row else None


async def add(
    session: AsyncSession, *, owner_id: UUID, key: str, generation_id: UUID, prompt_hash: bytes
) -> bool:
    """Note what the key starts, in the place of a use that is no longer kept; False if it is in use."""
    statement = text(
        """
        INSERT INTO submit_keys (owner_id, key, generation_id, prompt_hash)
        VALUES (:owner_id, :key, :generation_id, :prompt_hash)
        ON CONFLICT (owner_id, key) DO UPDATE
            SET generation_id = :generation_id, prompt_hash = :prompt_hash, created_at = now()
            WHERE submit_keys.created_at <= now() - make_interval(hours => :hours)
        RETURNING key
        """
    )
    values = {
        "owner_id": owner_id,
        "key": key,
        "generation_id": generation_id,
        "prompt_hash": prompt_hash,
        "hours": KEPT_HOURS,
    }
    return (await session.execute(statement, values)).first() is not None
