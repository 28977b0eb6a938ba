"""Sign people in and out, and find the person to whom a cookie's token belongs."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import NamedTuple
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from core.audit import Act
from core.callers import LoginToken
from core.context import Context
from core.errors import NotFound, Unauthenticated
from core.models import LoginSession
from core.repositories import api_tokens, audit, login_sessions, people, reads

IDLE = timedelta(days=7)
"""A login session that nobody uses for so long is over; migration 0009 prolongs one that is used."""
RECENT = timedelta(minutes=10)
"""What cannot be undone takes a proof of who it is that is no older: neither an open browser suffices, nor a
provider that remembers the person."""
_TOKEN_BYTES = 32
_MAX_NAME_LENGTH = 200
_MAX_EMAIL_LENGTH = 320
_MAX_PICTURE_LENGTH = 2000


class Person(NamedTuple):
    """A person as the sign-in provider describes them; `issuer` and `subject` together identify them."""

    issuer: str
    subject: str
    name: str
    picture: str | None = None
    email: str | None = None
    """Only one that the provider calls verified."""
    groups: frozenset[str] = frozenset()
    authenticated: timedelta | None = None
    """How long ago they proved who they are, by the provider's clock; None where it does not tell."""

    @property
    def owner_id(self) -> UUID:
        """The owner's id, which is computed from issuer and subject, so every process has the same."""
        # The length makes the text unambiguous: two different pairs never give the same text.
        return uuid5(NAMESPACE_URL, f"{len(self.issuer)}:{self.issuer}{self.subject}")


class Blocked(Exception):
    """An administrator has shut this person out."""


async def sign_in(ctx: Context, person: Person, *, is_admin: bool = False, browser: str | None = None) -> str:
    """Start a login session of `SIGN_IN_DAYS`. Returns the token for the cookie; only its hash is stored.

    `browser` is what the person knows it by. Raises `Blocked` and `ServiceUnavailable`.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    name = _storable(person.name)[:_MAX_NAME_LENGTH]
    email = person.email and _storable(person.email)[:_MAX_EMAIL_LENGTH]
    async with ctx.database.transaction(person.owner_id) as session:
        is_welcome = await people.note(session, owner_id=person.owner_id, name=name, email=email)
        await audit.note(session, Act.SIGNED_IN if is_welcome else Act.SIGN_IN_BLOCKED, actor=person.owner_id)
        if is_welcome:
            await login_sessions.delete_expired_of_owner(session, owner_id=person.owner_id)
            await login_sessions.create(
                session,
                token_hash=hash_token(token),
                owner_id=person.owner_id,
                name=name,
                picture=_safe_picture(person.picture),
                lifetime=timedelta(days=ctx.settings.sign_in_days),
                idle=IDLE,
                is_admin=is_admin,
                browser=browser,
                authenticated=person.authenticated,
            )
    if not is_welcome:
        raise Blocked
    return token


async def get_login_session(ctx: Context, token: str | None) -> LoginSession | None:
    """The login session of a cookie's token; None without a token or a session that is still valid.

    Raises `ServiceUnavailable`.
    """
    return await find_login_session(ctx, LoginToken.of(token)) if token else None


async def find_login_session(ctx: Context, presented: LoginToken) -> LoginSession | None:
    """The same, by what a request presented."""
    return await reads.find_login_session(ctx.database.statements, token_hash=presented.hash)


async def has_signed_in_recently(ctx: Context, presented: LoginToken) -> bool:
    """Whether the person of the login session proved who they are within `RECENT`, as far as known.

    Raises `Unauthenticated` for one that is over, and `ServiceUnavailable`.
    """
    is_recent = await reads.is_recent(ctx.database.statements, token_hash=presented.hash, age=RECENT)
    if is_recent is None:
        raise Unauthenticated
    return is_recent


@asynccontextmanager
async def admitted_transaction(ctx: Context, owner_id: UUID) -> AsyncIterator[AsyncSession]:
    """A transaction of the owner's that raises `Unauthenticated` where a block, or the deletion of their
    account, has shut them out since they proved who they are."""
    try:
        async with ctx.database.transaction(owner_id) as session:
            yield session
    except DBAPIError as error:
        if people.is_shut_out(error):
            raise Unauthenticated from None
        raise


async def sign_out(ctx: Context, token: str | None) -> None:
    """End the login session of a token, from now on and for every process. Raises `ServiceUnavailable`."""
    if not token:
        return
    token_hash = hash_token(token)
    async with ctx.database.transaction(login_token_hash=token_hash) as session:
        await login_sessions.delete_by_token_hash(session, token_hash=token_hash)


async def turn_away(ctx: Context, owner_id: UUID) -> None:
    """End all login sessions and API tokens of somebody who is not admitted, at once, on every process.

    Of whoever has never been admitted nothing is kept: the audit log does not say who it was. Raises
    `ServiceUnavailable`.
    """
    async with ctx.database.transaction(owner_id) as session:
        await login_sessions.delete_of_owner(session, owner_id=owner_id)
        await api_tokens.delete_of_owner(session, owner_id=owner_id)
        is_known = await people.is_known(session, owner_id=owner_id)
        await audit.note(session, Act.SIGN_IN_NOT_ADMITTED, actor=None, target=owner_id if is_known else None)


async def list_login_sessions(ctx: Context, *, owner_id: UUID) -> list[LoginSession]:
    """The browsers in which the owner is signed in, the last used first. Raises `ServiceUnavailable`."""
    return await login_sessions.list_live(ctx.database.statements, owner_id=owner_id)


async def end_login_session(ctx: Context, *, id: UUID, owner_id: UUID) -> None:
    """Sign one browser out, at once and for every process. Raises `NotFound` and `ServiceUnavailable`."""
    if not await login_sessions.end(ctx.database.statements, owner_id=owner_id, id=id):
        raise NotFound


async def end_other_login_sessions(ctx: Context, presented: LoginToken) -> int:
    """Sign every other browser of the person out. Returns how many there were.

    Raises `ServiceUnavailable`.
    """
    return await login_sessions.end_others(ctx.database.statements, token_hash=presented.hash)


def hash_token(token: str) -> bytes:
    """The SHA-256 hash of a cookie's token, which the database has in its place."""
    return LoginToken.of(token).hash


def _storable(text: str) -> str:
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _safe_picture(url: str | None) -> str | None:
    if url and url.startswith("https://") and len(url) <= _MAX_PICTURE_LENGTH:
        return _storable(url)
    return None
