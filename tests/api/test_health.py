"""`/healthz` and `/readyz`."""

import httpx
import psycopg
import pytest

from core.database.compatibility import newest_revision
from core.limits import DatabaseLimits
from core.settings import Settings
from tests.api.envelopes import data_of, error_of
from tests.support.application import client_for, started_app
from tests.support.database import TestDatabase
from tests.support.gateway import Gateway
from tests.support.limits import with_limits
from tests.support.people import SignedIn
from tests.support.servers import free_port


async def expect(http: httpx.AsyncClient, path: str, status: int) -> None:
    response = await http.get(path)
    if status == 200:
        assert data_of(response)["status"] == "ok"
    else:
        error_of(response, 503, "SERVICE_UNAVAILABLE")
        assert response.headers["Retry-After"] == "5"


async def test_a_sound_process_is_healthy_and_ready(http: httpx.AsyncClient) -> None:
    await expect(http, "/healthz", 200)
    await expect(http, "/readyz", 200)


async def test_without_a_database_it_is_neither(settings: Settings) -> None:
    away = f"postgresql+psycopg://easel_app@127.0.0.1:{free_port()}/easel"
    async with started_app(settings, TestDatabase(away, away)) as started, client_for(started.app) as http:
        await expect(http, "/healthz", 503)
        await expect(http, "/readyz", 503)


async def test_it_recovers_with_its_database(far: SignedIn, gateway: Gateway) -> None:
    await expect(far.http, "/readyz", 200)
    await gateway.close()
    await expect(far.http, "/readyz", 503)
    await expect(far.http, "/healthz", 503)
    await gateway.open()
    await expect(far.http, "/readyz", 200)


@pytest.mark.parametrize(
    ("statement", "undo"),
    [
        (
            "UPDATE alembic_version SET version_num = '0011'",
            f"UPDATE alembic_version SET version_num = '{newest_revision()}'",
        ),
        (
            "ALTER TABLE alembic_version RENAME TO no_version",
            "ALTER TABLE no_version RENAME TO alembic_version",
        ),
    ],
    ids=["another migration", "no migration"],
)
async def test_a_database_that_is_behind_makes_it_healthy_but_not_ready(
    http: httpx.AsyncClient, database: TestDatabase, statement: str, undo: str
) -> None:
    database.run(statement)
    try:
        await expect(http, "/healthz", 200)
        await expect(http, "/readyz", 503)
    finally:
        database.run(undo)
    await expect(http, "/readyz", 200)


@with_limits(database=DatabaseLimits(statement_seconds=0.1))
async def test_a_database_that_hangs_is_away(http: httpx.AsyncClient, database: TestDatabase) -> None:
    with psycopg.connect(database.superuser_url.replace("+psycopg", "")) as other:
        other.execute("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE")
        await expect(http, "/healthz", 503)
