"""Reads in one round trip. Each calls a function of the database (migration 0006) that sets the owner, or
finds the owner by a login session that is not over, and reads; the policies hold as in a transaction.

A caller whose login session is over gets what a stranger would: nothing.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import timedelta
from enum import StrEnum
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from psycopg.errors import NoDataFound

from core.callers import Caller
from core.charges import Charge
from core.database.lookups import Lookup
from core.database.rows import Rows
from core.database.statements import Statements
from core.errors import NotFound
from core.failures import FailureCode
from core.models import Generation, LoginSession, Phase, Status
from core.repositories.ledger import PersonalLimits, limits_of

_ENUMS: dict[str, type[StrEnum]] = {
    "status": Status,
    "error_code": FailureCode,
    "phase": Phase,
    "charge": Charge,
    "late_charge": Charge,
}
# An enum's own lookup takes three times as long.
_MEMBERS = {name: {None: None} | {each.value: each for each in enum} for name, enum in _ENUMS.items()}


_READ_ONE: LiteralString = "read_generation(asked.hash, asked.owner, asked.id)"
_CALLER_AND_ID = (("hash", "bytea"), ("owner", "uuid"), ("id", "uuid"))
_STANDING = Lookup(
    "found.*, extract(epoch FROM now() - found.created_at)::float8,"
    " extract(epoch FROM found.next_poll_at - now())::float8, history_of(found, asked.quality)",
    _READ_ONE,
    (*_CALLER_AND_ID, ("quality", "text")),
)
# A gallery asks for hundreds: four columns in place of all, without the history of runs.
_PICTURE = Lookup("found.id, found.owner_id, found.prompt, found.picture_type", _READ_ONE, _CALLER_AND_ID)
_BY_TOKEN = (("hash", "bytea"),)
_LOGIN_SESSION = Lookup("found.*", "find_login_session(asked.hash)", _BY_TOKEN)
_PAGE = Lookup("found.*", "find_page(asked.hash)", _BY_TOKEN)


class Standing(NamedTuple):
    """A generation as it stands in its row, with times in seconds by the database's clock."""

    generation: Generation
    age: float
    poll_in: float
    """When asking the provider next makes sense; at once when not positive. Without meaning once ended."""
    history: list[float]
    """How long the newest runs of the same model and quality took; empty once the generation has ended."""


class KeptPicture(NamedTuple):
    """What names the file of a generation's picture, and says whose it is."""

    id: UUID
    owner_id: UUID
    prompt: str
    picture_type: str | None
    """None while it is not in the store."""


class ClaimedPoll(NamedTuple):
    """A run whose next poll is the caller's, and when the claim was sent, by the monotonic clock."""

    generation: Generation
    sent_at: float


class OpenedPage(NamedTuple):
    """What a page shows first: whose it is, whether anything was made before, what runs, and what limits the
    next one."""

    owner_id: UUID
    name: str
    is_admin: bool
    has_made: bool
    running: UUID | None
    limits: PersonalLimits


class Shown(NamedTuple):
    """What an owner's open pages show: what was asked for, which of their login sessions are not over, and
    what is in everybody's way."""

    asked: frozenset[UUID]
    live: frozenset[bytes]
    is_paused: bool
    is_budget_spent: bool
    standings: dict[UUID, Standing]


async def get_standing(statements: Statements, *, id: UUID, caller: Caller, quality: str) -> Standing | None:
    """How the caller's generation stands; None when there is none with that id, or it is deleted.

    `quality` is the one that a row without quality counts for in the history of runs.
    """
    found = await statements.find(_STANDING, [*_as_values(caller), id, quality])
    return _standing(found.names, found.rows[0]) if found.rows else None


async def get_picture(statements: Statements, *, id: UUID, caller: Caller) -> KeptPicture | None:
    """The picture of the caller's generation; None when there is none with that id, or it is deleted."""
    found = await statements.find(_PICTURE, [*_as_values(caller), id])
    return KeptPicture(*found.rows[0]) if found.rows else None


async def list_newest_first(
    statements: Statements, *, caller: Caller, limit: int, before: UUID | None, words: str | None = None
) -> list[Generation]:
    """Up to `limit` of the caller's generations, from the newest, or from after the id `before`; with `words`
    those whose prompts contain every one of them.

    Raises `NotFound` when the caller has no generation `before`, deleted ones included.
    """
    values = [*_as_values(caller), before, limit]
    try:
        if words:
            search = "SELECT * FROM search_generations(%s, %s, %s, %s, %s)"
            found = await statements.fetch(search, [*values, words])
        else:
            found = await statements.fetch("SELECT * FROM list_generations(%s, %s, %s, %s)", values)
    except NoDataFound:
        raise NotFound from None
    return _generations(found)


async def list_by_ids(statements: Statements, *, caller: Caller, ids: Collection[UUID]) -> list[Generation]:
    """Those of the ids that are the caller's and not deleted, the newest first."""
    statement = "SELECT * FROM read_generations(%s, %s, %s)"
    return _generations(await statements.fetch(statement, [*_as_values(caller), list(ids)]))


async def find_login_session(statements: Statements, *, token_hash: bytes) -> LoginSession | None:
    """The login session of that token, noted as seen; None when it is unknown or over."""
    found = await statements.find(_LOGIN_SESSION, [token_hash])
    return LoginSession(**dict(zip(found.names, found.rows[0], strict=True))) if found.rows else None


async def is_recent(statements: Statements, *, token_hash: bytes, age: timedelta) -> bool | None:
    """Whether it is known that the person of that login session proved who they are less than `age` ago; None
    when it is unknown or over."""
    found = await statements.fetch(
        "SELECT coalesce(at > now() - %s::interval, false) FROM find_authentication(%s) AS at",
        [age, token_hash],
    )
    return bool(found.rows[0][0]) if found.rows else None


async def is_live(statements: Statements, *, token_hash: bytes) -> bool:
    """Whether there is a login session or an API token of that hash that is not over."""
    found = await statements.fetch("SELECT enter(%s, NULL) IS NOT NULL", [token_hash])
    return bool(found.rows[0][0])


async def open_page(statements: Statements, *, token_hash: bytes) -> OpenedPage | None:
    """What a page shows first; None when the login session is unknown or over."""
    found = await statements.find(_PAGE, [token_hash])
    if not found.rows:
        return None
    owner_id, name, is_admin, has_made, running, *limits = found.rows[0]
    return OpenedPage(owner_id, name, is_admin, has_made, running, limits_of(limits))


async def read_shown(
    statements: Statements,
    *,
    owner_id: UUID,
    token_hashes: Collection[bytes],
    shown: Collection[UUID],
    quality: str,
) -> Shown:
    """The owner's running generation and those of the ids `shown`; and which login sessions are not over.

    `quality` is explained at `get_standing`.
    """
    found = await statements.fetch(
        "SELECT live.hashes, is_paused(), is_budget_spent(), g.*,"
        " extract(epoch FROM now() - g.created_at)::float8,"
        " extract(epoch FROM g.next_poll_at - now())::float8, history_of(g, %s)"
        " FROM live_login_sessions(%s, %s) AS live(hashes)"
        " LEFT JOIN read_shown_generations(%s, %s) g ON true",
        [quality, owner_id, list(token_hashes), owner_id, list(shown)],
    )
    live, is_paused, is_budget_spent, *_ = found.rows[0]
    return Shown(frozenset(shown), frozenset(live), is_paused, is_budget_spent, _standings(found, skipped=3))


async def claim_poll(
    statements: Statements, *, id: UUID, owner_id: UUID, pause: float, is_urgent: bool, apart: float
) -> ClaimedPoll | None:
    """Claim the next question to the provider about a run; the one after it makes sense in `pause` seconds.

    None when it is not time yet, another caller has the claim, or the run has ended. What `is_urgent` does
    not wait for its time, but questions are always `apart` seconds apart at the least.
    """
    found = await statements.fetch(
        "SELECT * FROM claim_poll(%s, %s, %s, %s, %s)", [owner_id, id, pause, is_urgent, apart]
    )
    if not found.rows:
        return None
    return ClaimedPoll(_generation(zip(found.names, found.rows[0], strict=True)), found.sent_at)


def _as_values(caller: Caller) -> tuple[bytes | None, UUID | None]:
    return (None, caller) if isinstance(caller, UUID) else (caller.hash, None)


def _standings(found: Rows, *, skipped: int) -> dict[UUID, Standing]:
    """Of rows with other columns in front; without a generation all its columns are null."""
    id_at = found.names.index("id")
    names = found.names[skipped:]
    return {row[id_at]: _standing(names, row[skipped:]) for row in found.rows if row[id_at]}


def _standing(names: Sequence[str], row: Sequence[Any]) -> Standing:
    """Of the columns of a generation, and of those that `get_standing` adds."""
    *columns, age, poll_in, history = row
    return Standing(_generation(zip(names[: len(columns)], columns, strict=True)), age, poll_in, history)


def _generations(found: Rows) -> list[Generation]:
    return [_generation(zip(found.names, row, strict=True)) for row in found.rows]


def _generation(values: Iterable[tuple[str, Any]]) -> Generation:
    """A row that no SQLAlchemy session knows. By its constructor it would take 20 times as long."""
    generation: Generation = Generation.__new__(Generation)
    columns = generation.__dict__
    columns.update(values)
    for name, members in _MEMBERS.items():
        columns[name] = members[columns[name]]
    return generation
