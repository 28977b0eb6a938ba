"""`Database.transaction`: for whom it runs, what it keeps, and a database that is away, slow or behind."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from core.database.engine import MAX_CONNECTIONS, Database
from core.errors import ServiceUnavailable
from core.limits import DatabaseLimits, Limits
from tests.database.plain_sql import add_generation, add_login_session
from tests.support.database import TestDatabase
from tests.support.limits import with_limits
from tests.support.servers import free_port

ADA, BEN = uuid4(), uuid4()
PROMPTS = text("SELECT prompt FROM generations")


@pytest.fixture
async def serving_database(database: TestDatabase, limits: Limits) -> AsyncIterator[Database]:
    opened = Database(database.serving_url, limits.database)
    yield opened
    await opened.close()


async def test_a_transaction_sees_its_owner_and_the_next_one_does_not(
    serving_database: Database, database: TestDatabase
) -> None:
    add_generation(database, ADA, "Ada's")
    async with serving_database.transaction(ADA) as session:
        assert (await session.execute(PROMPTS)).scalars().all() == ["Ada's"]
    async with serving_database.engine.connect() as same_connection:
        assert (await same_connection.execute(PROMPTS)).scalars().all() == []
    async with serving_database.transaction(BEN) as session:
        assert (await session.execute(PROMPTS)).scalars().all() == []


async def test_a_token_hash_opens_its_login_session(
    serving_database: Database, database: TestDatabase
) -> None:
    add_login_session(database, ADA, b"a" * 32)
    add_login_session(database, BEN, b"b" * 32)
    async with serving_database.transaction(login_token_hash=b"a" * 32) as session:
        owners = (await session.execute(text("SELECT owner_id FROM login_sessions"))).scalars().all()
    assert owners == [ADA]


async def test_leaving_commits_and_an_error_rolls_back(
    serving_database: Database, database: TestDatabase
) -> None:
    add_generation(database, ADA, "before")
    change = text("UPDATE generations SET prompt = :prompt")
    async with serving_database.transaction(ADA) as session:
        await session.execute(change, {"prompt": "kept"})
    with pytest.raises(RuntimeError):  # noqa: PT012
        async with serving_database.transaction(ADA) as session:
            await session.execute(change, {"prompt": "lost"})
            raise RuntimeError
    assert [row["prompt"] for row in database.generations()] == ["kept"]


async def test_a_database_that_is_away_is_service_unavailable() -> None:
    away = Database(f"postgresql+psycopg://ada@127.0.0.1:{free_port()}/easel")
    with pytest.raises(ServiceUnavailable):
        async with away.transaction():
            pass
    await away.close()


@with_limits(database=DatabaseLimits(statement_seconds=0.05))
async def test_a_statement_that_takes_too_long_is_service_unavailable(serving_database: Database) -> None:
    with pytest.raises(ServiceUnavailable):
        async with serving_database.transaction() as session:
            await session.execute(text("SELECT pg_sleep(5)"))


async def test_no_free_connection_is_service_unavailable(database: TestDatabase) -> None:
    busy = Database(database.serving_url, DatabaseLimits(pool_seconds=0.05))
    async with AsyncExitStack() as stack:
        for _ in range(MAX_CONNECTIONS):
            await stack.enter_async_context(busy.transaction())
        with pytest.raises(ServiceUnavailable):
            await stack.enter_async_context(busy.transaction())
    await busy.close()


async def test_a_database_that_was_never_migrated_is_service_unavailable(fresh: TestDatabase) -> None:
    unmigrated = Database(fresh.serving_url)
    with pytest.raises(ServiceUnavailable):
        async with unmigrated.transaction() as session:
            await session.execute(PROMPTS)
    await unmigrated.close()


async def test_connections_that_a_restart_has_killed_are_replaced(
    serving_database: Database, database: TestDatabase
) -> None:
    async with serving_database.transaction():
        pass
    database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'easel_app'")
    async with serving_database.transaction() as session:
        assert (await session.execute(text("SELECT 1"))).scalar_one() == 1


async def test_a_connection_that_dies_midway_is_service_unavailable(serving_database: Database) -> None:
    with pytest.raises(ServiceUnavailable):
        async with serving_database.transaction() as session:
            await session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


async def test_other_errors_are_left_as_they_are(serving_database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with serving_database.transaction(ADA) as session:
            await session.execute(
                text("INSERT INTO generations (owner_id, prompt, model, status) VALUES (:o, '', 'm', '?')"),
                {"o": ADA},
            )
    with pytest.raises(ProgrammingError):
        async with serving_database.transaction(ADA) as session:
            await session.execute(text("DELETE FROM alembic_version"))
