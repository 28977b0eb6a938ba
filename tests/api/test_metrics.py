"""`/metrics`: who may read it, what it counts, and that it does not grow with people."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from core.errors import ConfigurationError
from core.services.metrics import read_metrics
from core.services.upkeep import Upkeep
from core.settings import Settings
from tests.api.envelopes import SUBMIT, data_of, error_of
from tests.support.application import Started, client_for, make_settings, started_app
from tests.support.database import TestDatabase
from tests.support.faults import answering
from tests.support.people import SignedIn, signed_in
from tests.support.provider import EmulatedProvider
from tests.support.servers import free_port

TOKEN = "a token for tests".replace(" ", "-")
BEARER = {"Authorization": f"Bearer {TOKEN}"}
REQUESTS = "easel_http_request_duration_seconds_count"

Samples = dict[tuple[str, tuple[str, ...]], float]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return make_settings(**settings.model_dump() | {"metrics_token": TOKEN, "budget_usd_per_month": 20})


@pytest.fixture
async def http(started: Started) -> AsyncIterator[httpx.AsyncClient]:
    async with client_for(started.app) as client:
        yield client


async def read(http: httpx.AsyncClient) -> list[Metric]:
    response = await http.get("/metrics", headers=BEARER)
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"].startswith("text/plain; version=")
    return list(text_string_to_metric_families(response.text))


async def samples(http: httpx.AsyncClient) -> Samples:
    """Each value by its name and the values of its labels, which stand in the order of their names."""
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in await read(http)
        for sample in family.samples
    }


@pytest.mark.asvs("13.4.5")
async def test_only_who_has_the_token_reads_it(http: httpx.AsyncClient, ada: SignedIn) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}):
        error_of(await http.get("/metrics", headers=headers), 401, "UNAUTHENTICATED")
    error_of(await ada.http.get("/metrics"), 401, "UNAUTHENTICATED")
    assert (await http.get("/metrics", headers=BEARER)).status_code == 200
    error_of(await http.post("/metrics", headers=BEARER), 405, "METHOD_NOT_ALLOWED")


async def test_without_a_token_there_is_nothing(database: TestDatabase) -> None:
    async with started_app(make_settings(), database) as started, client_for(started.app) as http:
        error_of(await http.get("/metrics"), 404, "NOT_FOUND")
        error_of(await http.get("/metrics", headers=BEARER), 404, "NOT_FOUND")


def test_a_token_that_could_be_guessed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS_TOKEN", "short")
    with pytest.raises(ConfigurationError, match=r"^METRICS_TOKEN: needs 16 characters or more$"):
        Settings.load(None)


async def test_requests_are_counted_by_route_and_status(http: httpx.AsyncClient, ada: SignedIn) -> None:
    created = data_of(await ada.http.post(SUBMIT, json={"prompt": "a red kite"}))
    for _ in range(3):
        await ada.http.get(f"/api/v1/generations/{created['id']}")
    await ada.http.get(f"/api/v1/generations/{uuid4()}")
    await ada.http.head("/login")
    found = await samples(http)
    route = "/api/v1/generations/{id}"
    assert found[REQUESTS, ("POST", SUBMIT, "200")] == 1
    assert found[REQUESTS, ("GET", route, "200")] == 3
    assert found[REQUESTS, ("GET", route, "404")] == 1
    assert found[REQUESTS, ("HEAD", "/login", "303")] == 1
    name = "easel_http_request_duration_seconds"
    assert found[f"{name}_bucket", ("+Inf", "GET", route, "200")] == 3
    assert 0 < found[f"{name}_sum", ("GET", route, "200")] < 60


async def test_no_label_grows_with_people_or_with_what_they_make_up(
    started: Started, http: httpx.AsyncClient
) -> None:
    async def visit(name: str) -> int:
        async with signed_in(started.app, started.ctx, name) as person:
            created = data_of(await person.http.post(SUBMIT, json={"prompt": name}))
            await person.http.get(f"/api/v1/generations/{created['id']}")
            await person.http.get(f"/api/{name}/{name}")
            await person.http.get(f"/{name}")
            await person.http.request(name.upper(), "/api/v1/me")
        return len([key for key in await samples(http) if "provider" not in key[0]])

    await samples(http)  # which is a request too
    first = await visit("ada")
    assert [await visit(name) for name in ("ben", "cleo", "dan")] == [first] * 3


async def test_generations_and_calls_of_the_provider_are_counted(
    http: httpx.AsyncClient, ada: SignedIn, provider: EmulatedProvider
) -> None:
    created = data_of(await ada.http.post(SUBMIT, json={"prompt": "a red kite"}))
    assert data_of(await ada.http.get(f"/api/v1/generations/{created['id']}"))["status"] == "succeeded"
    provider.emulator.fault = answering(422, {"detail": "no"})
    error_of(await ada.http.post(SUBMIT, json={"prompt": "a red kite"}), 502, "PROVIDER_ERROR")
    found = await samples(http)
    calls = "easel_provider_call_duration_seconds_count"
    assert found[calls, ("create", "ok")] == 1
    assert found[calls, ("create", "422")] == 1
    assert found[calls, ("fetch", "ok")] == 1
    assert found["easel_generations_ended_total", ("", "succeeded")] == 1
    assert found["easel_generations_ended_total", ("PROVIDER_REJECTED", "failed")] == 1
    assert found["easel_ledger_usd", ("charged",)] == pytest.approx(0.047)
    assert found["easel_ledger_usd", ("reserved",)] == 0
    assert found["easel_budget_usd", ()] == 20
    assert found["easel_provider_breaker_open", ()] == 0


async def test_what_is_going_on_now(
    started: Started, http: httpx.AsyncClient, ada: SignedIn, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    data_of(await ada.http.post(SUBMIT, json={"prompt": "a red kite"}))
    found = await samples(http)
    assert found["easel_tasks", ()] == 1
    assert found["easel_database_up", ()] == 1
    assert found["easel_database_connections_max", ("transactions",)] == 14
    assert found["easel_database_connections_max", ("statements",)] == 16
    assert found["easel_database_connections_used", ("transactions",)] >= 0
    now = ("easel_open_pages", "easel_held_requests", "easel_paused", "easel_task_lag_seconds")
    assert [found[name, ()] for name in now] == [0, 0, 0, 0]
    assert found["easel_info", ("0.2.0",)] == 1
    assert found["process_resident_memory_bytes", ()] > 0


async def test_a_loop_that_has_never_run_counts_from_when_the_process_began(started: Started) -> None:
    """Or there would be nothing that an alert could be about."""
    upkeep = Upkeep(started.ctx)
    [family] = [
        each
        for each in (await read_metrics(started.ctx, upkeep)).collect()
        if each.name == "easel_upkeep_last_run_timestamp_seconds"
    ]
    upkeep.stop()
    assert [each.value for each in family.samples] == [upkeep.began_at.timestamp()]


async def test_a_database_that_is_away_is_told_and_the_rest_too(settings: Settings) -> None:
    away = f"postgresql+psycopg://easel_app@127.0.0.1:{free_port()}/easel"
    async with started_app(settings, TestDatabase(away, away)) as started, client_for(started.app) as http:
        found = await samples(http)
    assert found["easel_database_up", ()] == 0
    assert ("easel_tasks", ()) not in found
    assert ("easel_open_pages", ()) in found
