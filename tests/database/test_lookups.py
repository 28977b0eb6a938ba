"""Reads of several callers in one statement: each sees what is theirs, and nobody waits for another."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from uuid import UUID, uuid4

import psycopg
import pytest

from core.callers import Caller, LoginToken
from core.database.lookups import MOST_TOGETHER
from core.database.statements import Statements
from core.errors import ServiceUnavailable
from core.limits import DatabaseLimits
from core.repositories import reads
from core.repositories.reads import Standing
from tests.database.plain_sql import add_generation
from tests.support.database import TestDatabase, plain
from tests.support.wire import GREETING, Wire, counting

ADA, BEN = uuid4(), uuid4()
OF_ADA, OF_BEN, OF_NOBODY = map(LoginToken.of, ("ada's", "ben's", "nobody's"))


@pytest.fixture
async def statements(database: TestDatabase) -> AsyncIterator[Statements]:
    database.sign_in("ada's", ADA)
    database.sign_in("ben's", BEN)
    opened = Statements(database.serving_url, DatabaseLimits())
    yield opened
    await opened.close()


def standing(statements: Statements, id: UUID, caller: Caller) -> Awaitable[Standing | None]:
    return reads.get_standing(statements, id=id, caller=caller, quality="medium")


async def standings(statements: Statements, asked: list[tuple[UUID, Caller]]) -> list[Standing | None]:
    """All asked for in one turn."""
    return await asyncio.gather(*(standing(statements, *each) for each in asked))


def prompts(found: list[Standing | None]) -> list[str | None]:
    return [each and each.generation.prompt for each in found]


async def test_callers_in_one_statement_see_what_is_theirs_alone(
    statements: Statements, database: TestDatabase
) -> None:
    kite, boat = add_generation(database, ADA, "a kite"), add_generation(database, BEN, "a boat")
    asked: list[tuple[UUID, Caller]] = [
        (kite, OF_BEN),
        (kite, OF_ADA),
        (boat, OF_ADA),
        (boat, OF_NOBODY),
        (boat, BEN),
        (kite, BEN),
    ]
    found = await standings(statements, asked)
    assert prompts(found) == [None, "a kite", None, None, "a boat", None]


async def test_what_is_asked_for_in_one_turn_is_one_statement_for_eight(
    statements: Statements, database: TestDatabase
) -> None:
    owners = [uuid4() for _ in range(2 * MOST_TOGETHER + 1)]
    asked: list[tuple[UUID, Caller]] = [
        (add_generation(database, owner, "a kite"), owner) for owner in owners
    ]
    async with counting(database.serving_url) as wire:
        counted = Statements(wire.url, DatabaseLimits())
        found = await standings(counted, asked)
        await counted.close()
    assert [each and each.generation.owner_id for each in found] == owners
    assert [each.count("::int") for each in sent(wire)] == [MOST_TOGETHER, MOST_TOGETHER, 1]


async def test_who_comes_by_a_token_and_who_is_known_share_no_statement(
    statements: Statements, database: TestDatabase
) -> None:
    """Entering by a token sets what entering by an owner leaves as it is."""
    kite = add_generation(database, ADA, "a kite")
    async with counting(database.serving_url) as wire:
        counted = Statements(wire.url, DatabaseLimits())
        await standings(counted, [(kite, OF_ADA), (kite, ADA), (kite, OF_BEN), (kite, BEN)])
        await counted.close()
    assert [each.count("::int") for each in sent(wire)] == [2, 2]


def sent(wire: Wire) -> list[str]:
    return sorted((each for each in wire.statements if each != GREETING), key=len, reverse=True)


async def test_whoever_asked_first_may_leave_without_the_others(
    statements: Statements, database: TestDatabase
) -> None:
    kite = add_generation(database, ADA, "a kite")
    first, second = (asyncio.ensure_future(standing(statements, kite, OF_ADA)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert prompts([await second]) == ["a kite"]
    assert first.cancelled()


async def test_all_are_told_that_the_database_is_away_and_the_log_has_a_line_for_each(
    database: TestDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    away = Statements("postgresql://easel@127.0.0.1:1/easel", DatabaseLimits(pool_seconds=0.1))
    asked = (standing(away, uuid4(), ADA) for _ in range(MOST_TOGETHER + 1))
    answers = await asyncio.gather(*asked, return_exceptions=True)
    await away.close()
    assert [type(each) for each in answers] == [ServiceUnavailable] * (MOST_TOGETHER + 1)
    assert len([each for each in caplog.messages if "did not answer" in each]) == MOST_TOGETHER + 1


@pytest.mark.timeout(30)
async def test_no_read_waits_for_whoever_has_a_login_session_or_a_token_locked(
    statements: Statements, database: TestDatabase
) -> None:
    """That it is used is noted every five minutes: whoever has it locked does that, or deletes it."""
    kite, boat = add_generation(database, ADA, "a kite"), add_generation(database, BEN, "a boat")
    long_ago = "now() - interval '1 hour'"
    database.run(f"UPDATE login_sessions SET last_seen_at = {long_ago}")
    database.run(
        "INSERT INTO api_tokens (owner_id, token_hash, name, scopes, expires_at, last_used_at)"
        f" VALUES (%s, %s, 'a script', '{{read}}', now() + interval '1 day', {long_ago})",
        ADA,
        (token := LoginToken.of("a token")).hash,
    )
    asked: list[tuple[UUID, Caller]] = [(kite, OF_ADA), (kite, token), (boat, OF_BEN)]
    with psycopg.connect(plain(database.superuser_url)) as other:
        other.execute("SELECT FROM login_sessions WHERE owner_id = %s FOR UPDATE", [ADA])
        other.execute("SELECT FROM api_tokens FOR UPDATE")
        found = await standings(statements, asked)
    assert prompts(found) == ["a kite", "a kite", "a boat"]
    assert unused(database) == {"ada's", "a token"}
    await standings(statements, asked)
    assert unused(database) == set()


def unused(database: TestDatabase) -> set[str]:
    """What is not noted as used in the last five minutes."""
    names = {LoginToken.of(name).hash: name for name in ("ada's", "ben's", "a token")}
    rows = database.run(
        "SELECT token_hash, last_seen_at AS at FROM login_sessions"
        " UNION ALL SELECT token_hash, last_used_at FROM api_tokens"
    )
    [now] = database.run("SELECT now() - interval '5 minutes' AS at")
    return {names[bytes(row["token_hash"])] for row in rows if row["at"] < now["at"]}
