"""Requests to the API, counted for a person or for a stranger's address.

Whose token a request brings is known after the read that it asks for, which proves it in the same statement;
so whose it was the last time is remembered, for counting only.
"""

from contextlib import ExitStack
from types import TracebackType
from typing import Self
from uuid import UUID

from fastapi import Request

from core.callers import note_asker
from core.errors import Unauthenticated
from core.rate_limits import Policy, RateLimits, address_of
from core.services import LoginToken

_COUNTED = "easel.counted"


def prove(request: Request) -> None:
    """The request's token is somebody's: should it be held from now on, it keeps no other one away."""
    if counted := request.scope.get(_COUNTED):
        counted.prove()


class Counted:
    """One request. As a context manager it counts for the address when `Unauthenticated` is raised."""

    def __init__(self, limits: RateLimits, policy: Policy, request: Request) -> None:
        self._limits = limits
        self._policy = policy
        self._request = request
        self._token: LoginToken | None = None
        self._is_counted = True
        self._proving: ExitStack | None = None
        self.is_to_learn = False
        """Whether `end` has to be told the owner."""

    def begin(self, token: LoginToken, *, is_counted: bool = True) -> None:
        """Count for the token's owner, unless not `is_counted`. Raises `RateLimited` for them, and for an
        address from which too many unknown tokens came, or are being looked up."""
        self._token = token
        self._is_counted = is_counted
        owner_id = self._limits.known_owner(token.hash)
        if owner_id is None:
            self.is_to_learn = True
            self._request.scope[_COUNTED] = self  # in this case alone: it is a cycle for the collector
            self._proving = ExitStack()
            self._proving.enter_context(self._limits.proving(self._policy, address_of(self._request)))
            return
        note_asker(self._request.scope, owner_id)
        if is_counted:
            self._limits.hit(self._policy, owner_id)

    def prove(self) -> None:
        """The token is somebody's, or nobody's: it is not looked up any more."""
        if self._proving:
            self._proving.close()

    def end(self, owner_id: UUID) -> None:
        """The token was the owner's. Raises `RateLimited`, for one that was not known before."""
        if self.is_to_learn and self._token:
            self._limits.learn_owner(self._token.hash, owner_id)
            if self._is_counted:
                self._limits.hit(self._policy, owner_id)

    def as_stranger_if_refused(self) -> Self:
        """The context manager."""
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _where: TracebackType | None
    ) -> None:
        self.prove()
        if kind is None or not issubclass(kind, Unauthenticated):
            return
        if self._token:
            self._limits.forget_owner(self._token.hash)
        self._limits.hit(self._policy, address_of(self._request))
