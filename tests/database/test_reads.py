"""Rows that are read past SQLAlchemy's session."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from core.database.statements import MAX_CONNECTIONS, Statements
from core.limits import DatabaseLimits
from tests.database.plain_sql import add_generation
from tests.support.database import TestDatabase


@pytest.fixture
async def statements(database: TestDatabase) -> AsyncIterator[Statements]:
    opened = Statements(database.serving_url, DatabaseLimits())
    yield opened
    await opened.close()


async def test_a_migration_beside_a_running_process_breaks_no_read(
    statements: Statements, database: TestDatabase
) -> None:
    """It has prepared its reads; new columns are none of its business."""
    ada = uuid4()
    add_generation(database, ada, "a kite")
    read = "SELECT * FROM list_generations(NULL, %s, NULL, 1)"
    before = (await statements.fetch(read, [ada])).rows
    database.run("ALTER TABLE generations ADD newer integer")
    try:
        assert (await statements.fetch(read, [ada])).rows == before
    finally:
        database.run("ALTER TABLE generations DROP newer")
    assert (await statements.fetch(read, [ada])).rows == before


async def test_the_wait_for_a_connection_does_not_count_as_time_since_a_statement_was_sent(
    statements: Statements,
) -> None:
    """As the claim on a poll would count as late when the process is busy, and nobody would poll."""
    began = time.monotonic()
    slow, last = "SELECT pg_sleep(0.3)", "SELECT 1"
    *_, waited = await asyncio.gather(*map(statements.fetch, [*[slow] * MAX_CONNECTIONS, last]))
    assert waited.rows == [(1,)]
    assert waited.sent_at - began > 0.3


async def test_connections_that_a_restart_has_closed_are_replaced(
    statements: Statements, database: TestDatabase
) -> None:
    await statements.fetch("SELECT 1")
    database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'easel_app'")
    assert (await statements.fetch("SELECT 1")).rows == [(1,)]


FIRST_READ = """
from uuid import uuid4
from core.models import Generation
from core.repositories.reads import _generation
values = dict.fromkeys(Generation.model_fields) | {"id": uuid4(), "prompt": "a kite", "status": "succeeded"}
one = _generation(values.items())
assert (one.prompt, one.is_processing) == ("a kite", False)
"""


def test_a_process_may_begin_with_a_read() -> None:
    """SQLAlchemy gives the attributes of a row their meaning at its first query, if not before."""
    subprocess.run([sys.executable, "-c", FIRST_READ], check=True)
