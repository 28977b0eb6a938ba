"""`check_health`: whether this process can serve."""

from dataclasses import replace

import pytest

from core.context import Context
from core.database.compatibility import newest_revision
from core.database.engine import Database
from core.services import Health, check_health
from tests.support.database import TestDatabase
from tests.support.servers import free_port


async def test_a_migrated_database_is_healthy(quiet_ctx: Context) -> None:
    assert await check_health(quiet_ctx) is Health.OK


async def test_a_database_that_does_not_answer_is_away(quiet_ctx: Context) -> None:
    away = Database(f"postgresql+psycopg://easel_app@127.0.0.1:{free_port()}/easel")
    assert await check_health(replace(quiet_ctx, database=away)) is Health.DATABASE_AWAY


@pytest.mark.parametrize(
    ("change", "change_back"),
    [
        (
            "UPDATE alembic_version SET version_num = '0011'",
            f"UPDATE alembic_version SET version_num = '{newest_revision()}'",
        ),
        ("ALTER TABLE alembic_version RENAME TO away", "ALTER TABLE away RENAME TO alembic_version"),
    ],
    ids=["another version", "no version"],
)
async def test_a_database_at_another_migration_is_behind(
    quiet_ctx: Context, database: TestDatabase, change: str, change_back: str
) -> None:
    database.run(change)
    try:
        assert await check_health(quiet_ctx) is Health.DATABASE_BEHIND
    finally:
        database.run(change_back)
    assert await check_health(quiet_ctx) is Health.OK


@pytest.mark.parametrize(
    ("oldest_code", "health"), [("0012", Health.OK), ("9999", Health.DATABASE_NEWER)], ids=["may", "may not"]
)
async def test_whether_a_newer_database_is_served_is_said_by_the_database(
    quiet_ctx: Context, database: TestDatabase, oldest_code: str, health: Health
) -> None:
    before = database.run("SELECT version_num, oldest_code FROM alembic_version, schema_compatibility")[0]
    change = "UPDATE alembic_version SET version_num = %s", "UPDATE schema_compatibility SET oldest_code = %s"
    database.run(change[0], "9999")
    database.run(change[1], oldest_code)
    try:
        assert await check_health(quiet_ctx) is health
    finally:
        database.run(change[0], before["version_num"])
        database.run(change[1], before["oldest_code"])
