"""A press of Generate: the owner, the order, and the idempotency key, by which a repeat is recognised."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.context import Context
from core.errors import IdempotencyConflict, ValidationFailed
from core.orders import Order
from core.repositories import submit_keys
from core.sentences import Sentence

MAX_KEY_LENGTH = 255
_WRONG_KEY = Sentence("Idempotency-Key has 1 to {most} printable ASCII characters.", most=MAX_KEY_LENGTH)


class Press(NamedTuple):
    """A press of Generate; a press without a key is never taken for a repeat."""

    owner_id: UUID
    order: Order
    key: str | None

    async def find_started(self, ctx: Context) -> UUID | None:
        """The id of the generation that an earlier press with this key started; None if there was none.

        Raises `IdempotencyConflict` when that press had another prompt, and `ServiceUnavailable`.
        """
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
        """Store the key with the generation, in the transaction that creates the row. False if it is used."""
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
    """Raise `ValidationFailed` unless the key is None or has 1 to 255 printable ASCII characters."""
    if key is None:
        return
    if not (0 < len(key) <= MAX_KEY_LENGTH and key.isascii() and key.isprintable()):
        raise ValidationFailed(form_errors=[_WRONG_KEY])
