"""The idempotency keys of submits: each key with the generation that it started."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

KEPT_HOURS = 24


class UsedKey(NamedTuple):
    """The generation that a key started, and the SHA-256 hash of the order it came with."""

    generation_id: UUID
    prompt_hash: bytes


async def find(session: AsyncSession, *, owner_id: UUID, key: str) -> UsedKey | None:
    """The use of the owner's key in the last `KEPT_HOURS`; None if there was none."""
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
    """Keep the key for `KEPT_HOURS`, in place of an older use. False if the owner's key is still kept."""
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
