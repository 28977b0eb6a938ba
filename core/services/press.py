"""A press of Generate: by whom, for what, and the key that makes a repeated press the same press."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.context import Context
from core.errors import IdempotencyConflict, ValidationFailed
from core.orders import Order
from core.repositories import submit_keys

MAX_KEY_LENGTH = 255


class Press(NamedTuple):
    owner_id: UUID
    order: Order
    key: str | None

    async def find_started(self, ctx: Context) -> UUID | None:
        """What a press with this key has started. Raises `IdempotencyConflict` for another prompt's key."""
        if self.key is None:
            return None
        async with ctx.database.transaction(self.owner_id) as session:
            used = await submit_keys.find(session, owner_id=self.owner_id, key=self.key)
        if used is None:
            return None
        if used.prompt_hash != self.order.fingerprint:
            raise IdempotencyConflict
        return used.generation_id

    async def note_started(self, session: AsyncSession, generation_id: UUID) -> bool:
        """Keep the key with what it starts, in the transaction that starts it; False if it is in use."""
        if self.key is None:
            return True
        return await submit_keys.add(
            session,
            owner_id=self.owner_id,
            key=self.key,
            generation_id=generation_id,
            prompt_hash=self.order.fingerprint,
        )


def check_key(key: str | None) -> None:
    """Raise `ValidationFailed` unless the key is one that can be kept."""
    if key is None:
        return
    if not (0 < len(key) <= MAX_KEY_LENGTH and key.isascii() and key.isprintable()):
        problem = f"Idempotency-Key has 1 to {MAX_KEY_LENGTH} printable ASCII characters."
        raise ValidationFailed(form_errors=[problem])
