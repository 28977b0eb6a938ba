"""500 and 503: our own errors, and a database that is away, slow, or comes back."""

import asyncio
import time
from io import StringIO

import httpx
import pytest
from starlette.exceptions import HTTPException

from core import services
from core.limits import DatabaseLimits
from core.settings import Settings
from tests.api.envelopes import SUBMIT, data_of, error_of
from tests.support.application import client_for, started_app
from tests.support.database import TestDatabase
from tests.support.gateway import Gateway
from tests.support.limits import with_limits
from tests.support.people import SignedIn
from tests.support.provider import EmulatedProvider
from tests.support.servers import free_port

READ = "/api/v1/generations/00000000-0000-4000-8000-000000000000"


def break_reading(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    async def read_generation(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(services, "read_generation", read_generation)


def expect_unavailable(response: httpx.Response) -> None:
    error_of(response, 503, "SERVICE_UNAVAILABLE")
    assert response.headers["Retry-After"] == "5"


def cut_who_waits(database: TestDatabase) -> None:
    """Cut the connection that waits for a lock, as soon as there is one."""
    while not database.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    ):
        time.sleep(0.01)


@pytest.mark.asvs("13.4.2", "16.3.4", "16.5.1")
async def test_an_error_of_ours_is_a_well_formed_500_that_tells_nothing(
    ada: SignedIn, log: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_reading(monkeypatch, RuntimeError("the innermost detail"))
    response = await ada.http.get(READ)

    error = error_of(response, 500, "INTERNAL_ERROR")
    assert error.keys() == {"code", "message", "request_id"}
    assert "detail" not in response.text
    [start] = [line for line in log.getvalue().splitlines() if "Unexpected error" in line]
    assert f"ERROR core.middleware.error_boundary [{error['request_id']}]" in start
    assert "RuntimeError: the innermost detail" in log.getvalue()


async def test_a_status_that_the_api_never_answers_is_an_error_of_ours(
    ada: SignedIn, log: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_reading(monkeypatch, HTTPException(418))
    error_of(await ada.http.get(READ), 500, "INTERNAL_ERROR")
    assert "Unexpected error" in log.getvalue()


@pytest.mark.asvs("14.2.4")
async def test_an_unexpected_database_error_logs_no_prompt(
    ada: SignedIn, database: TestDatabase, log: StringIO
) -> None:
    database.run("REVOKE INSERT ON generations FROM easel_app")
    try:
        response = await ada.http.post(SUBMIT, json={"prompt": "my innermost wish"})
    finally:
        database.run("GRANT INSERT ON generations TO easel_app")
    error_of(response, 500, "INTERNAL_ERROR")
    assert "permission denied" in log.getvalue()
    assert "innermost wish" not in log.getvalue()


@pytest.mark.asvs("16.5.2")
async def test_without_a_database_every_call_says_when_to_come_back(
    settings: Settings, provider: EmulatedProvider
) -> None:
    away = f"postgresql+psycopg://easel_app:password@127.0.0.1:{free_port()}/easel"
    async with started_app(settings, TestDatabase(away, away)) as started, client_for(started.app) as http:
        http.cookies.set("easel_session", "a token that nobody can look up")
        expect_unavailable(await http.post(SUBMIT, json={"prompt": "a cat"}))
        expect_unavailable(await http.get(READ))
        assert (await http.get("/api/")).status_code == 404
    assert provider.creates == 0


async def test_a_database_that_goes_away_and_comes_back_is_used_again(
    far: SignedIn, gateway: Gateway
) -> None:
    generation_id = data_of(await far.http.post(SUBMIT, json={"prompt": "before"}))["id"]
    await gateway.close()
    for _ in range(2):
        expect_unavailable(await far.http.get(f"/api/v1/generations/{generation_id}"))
        expect_unavailable(await far.http.post(SUBMIT, json={"prompt": "meanwhile"}))

    await gateway.open()
    assert data_of(await far.http.get(f"/api/v1/generations/{generation_id}"))["status"] == "succeeded"
    data_of(await far.http.post(SUBMIT, json={"prompt": "after"}))


async def test_a_database_that_restarts_between_two_calls_goes_unnoticed(
    far: SignedIn, gateway: Gateway
) -> None:
    error_of(await far.http.get(READ), 404, "NOT_FOUND")
    await gateway.close()
    await gateway.open()
    error_of(await far.http.get(READ), 404, "NOT_FOUND")


@with_limits(database=DatabaseLimits(statement_seconds=0.1))
async def test_a_database_that_does_not_answer_is_not_waited_for(
    ada: SignedIn, database: TestDatabase
) -> None:
    with database.connect_as_serving_role() as other:
        other.execute("LOCK TABLE generations IN ACCESS EXCLUSIVE MODE")
        started = time.monotonic()
        expect_unavailable(await ada.http.get(READ))
        assert time.monotonic() - started < 5


async def test_a_connection_that_is_cut_during_a_statement_is_replaced(
    ada: SignedIn, database: TestDatabase
) -> None:
    with database.connect_as_serving_role() as other:
        other.execute("LOCK TABLE generations IN ACCESS EXCLUSIVE MODE")
        reading = asyncio.create_task(ada.http.get(READ))
        await asyncio.to_thread(cut_who_waits, database)
    error_of(await reading, 404, "NOT_FOUND")
