"""Rows that are read past SQLAlchemy's session."""

import subprocess
import sys
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from core.database.statements import Statements
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
    before = await statements.fetch(read, [ada])
    database.run("ALTER TABLE generations ADD newer integer")
    try:
        assert await statements.fetch(read, [ada]) == before
    finally:
        database.run("ALTER TABLE generations DROP newer")
    assert await statements.fetch(read, [ada]) == before


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
