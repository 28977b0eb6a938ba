"""Make, list and revoke a person's API tokens, and find the person to whom a presented one belongs."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from core.api_tokens import Scope, new_api_token
from core.audit import Act
from core.callers import LoginToken
from core.context import Context
from core.errors import NotFound, ValidationFailed
from core.repositories import api_tokens, audit
from core.repositories.api_tokens import ApiToken
from core.sentences import Sentence
from core.services.login_sessions import admitted_transaction

MAX_TOKENS = 20
MAX_NAME_LENGTH = 100
MAX_DAYS = 365
_TOO_MANY = Sentence(
    "You have {count} tokens already. Please revoke one that you do not need.", count=MAX_TOKENS
)
_NO_SCOPE = Sentence("Please choose what the token may do.")
_WRONG_DAYS = Sentence("Please use 1 to {most} days.", most=MAX_DAYS)
_NO_NAME = Sentence("Please give the token a name.")
_LONG_NAME = Sentence("Please use {most} characters or fewer.", most=MAX_NAME_LENGTH)
_UNSTORABLE_NAME = Sentence("The name has a character that cannot be stored. Please remove it.")


async def create_api_token(
    ctx: Context, *, owner_id: UUID, name: str, scopes: Collection[Scope], days: int
) -> tuple[str, ApiToken]:
    """A new token that lives for `days`, and its text, which nobody can read again.

    Raises `ValidationFailed` for a name that is empty, too long or cannot be stored, for no scopes, for days
    other than 1 to 365, and when the owner has 20 live tokens; `Unauthenticated` for somebody who has been
    shut out meanwhile, and `ServiceUnavailable`.
    """
    problems = {field: [problem] for field, problem in _problems(name, scopes, days) if problem}
    if problems:
        raise ValidationFailed(field_errors=problems)
    text = new_api_token()
    async with admitted_transaction(ctx, owner_id) as session:
        token = await api_tokens.add(
            session,
            owner_id=owner_id,
            token_hash=LoginToken.of(text).hash,
            name=name.strip(),
            scopes=sorted(set(scopes)),
            lifetime=timedelta(days=days),
            at_most=MAX_TOKENS,
        )
        if token is None:
            raise ValidationFailed(form_errors=[_TOO_MANY])
        await audit.note(session, Act.TOKEN_MADE, actor=owner_id, target=token.id)
    return text, token


async def list_api_tokens(ctx: Context, *, owner_id: UUID) -> list[ApiToken]:
    """The owner's live tokens, the newest first. Raises `ServiceUnavailable`."""
    return await api_tokens.list_live(ctx.database.statements, owner_id=owner_id)


async def revoke_api_token(ctx: Context, *, id: UUID, owner_id: UUID) -> None:
    """Make a token worthless at once, everywhere. Raises `NotFound` and `ServiceUnavailable`."""
    async with ctx.database.transaction(owner_id) as session:
        if not await api_tokens.revoke(session, id=id, owner_id=owner_id):
            raise NotFound
        await audit.note(session, Act.TOKEN_REVOKED, actor=owner_id, target=id)


async def find_api_token(ctx: Context, presented: LoginToken) -> ApiToken | None:
    """The live token that was presented; None when it is unknown or over. Raises `ServiceUnavailable`."""
    return await api_tokens.find(ctx.database.statements, token_hash=presented.hash)


def _problems(name: str, scopes: Collection[Scope], days: int) -> list[tuple[str, Sentence | None]]:
    return [
        ("name", _name_problem(name.strip())),
        ("scopes", None if scopes else _NO_SCOPE),
        ("expires_in_days", None if 1 <= days <= MAX_DAYS else _WRONG_DAYS),
    ]


def _name_problem(name: str) -> Sentence | None:
    if not name:
        return _NO_NAME
    if len(name) > MAX_NAME_LENGTH:
        return _LONG_NAME
    if "\x00" in name or any("\ud800" <= character <= "\udfff" for character in name):
        return _UNSTORABLE_NAME
    return None
