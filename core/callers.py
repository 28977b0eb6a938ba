"""Who asks for something: an owner who is known, or a token that the very statement proves that reads."""

import hashlib
from typing import NamedTuple
from uuid import UUID

from starlette.types import Scope

from core.logs import asking_owner

_ASKER = "easel.asker"


class LoginToken(NamedTuple):
    """The SHA-256 hash of the token in a cookie; its login session may be over, or never have been."""

    hash: bytes

    @classmethod
    def of(cls, token: str) -> "LoginToken":
        """Of the token itself. A random 256-bit token cannot be guessed, so the hash may be a fast one."""
        return cls(hashlib.sha256(token.encode("utf-8", "replace")).digest())


Caller = UUID | LoginToken
"""An owner's id, or the token of a login session of theirs."""


def note_asker(scope: Scope, owner_id: UUID) -> None:
    """Remember whose request it is, for the log: also where it is refused."""
    scope.setdefault("state", {})[_ASKER] = owner_id
    asking_owner.set(owner_id)


def asker(scope: Scope) -> UUID | None:
    """Whose request it is, as far as that was found out."""
    owner_id: UUID | None = scope.get("state", {}).get(_ASKER)
    return owner_id
