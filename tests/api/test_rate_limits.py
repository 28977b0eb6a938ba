"""How often a person or a stranger may ask, and what they are told who ask more often."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import HTTPConnection

from core import services
from core.rate_limits import MAX_HELD, Policy, RateLimits, address_of
from core.services.login_sessions import Person
from core.settings import Settings
from tests.api.envelopes import SUBMIT, data_of, error_of
from tests.support.application import BASE_URL, Started, client_for, make_settings, started_app
from tests.support.database import TestDatabase
from tests.support.people import Owner, SignedIn, signed_in
from tests.support.provider import EmulatedProvider
from tests.support.servers import EaselProcess, served_settings
from tests.support.waiting import until

LIST = "/api/v1/generations"
TOKENS = "/api/v1/tokens"
RATES = {"reads_per_second": 2, "changes_per_second": 1, "sign_ins_per_second": 0.1}
READS, CHANGES, SIGN_INS = 6, 5, 2  # at once


class Clock:
    """The library's, which stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("throttled.utils.now_mono_f", clock)
    return clock


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update=RATES)


def at(app: FastAPI, address: str, **headers: str) -> httpx.AsyncClient:
    """A client at that address, as the server tells it."""
    transport = httpx.ASGITransport(app, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url=BASE_URL, headers=headers)


async def how_many(ask: Callable[[], Any], most: int = 60) -> int:
    """How many are let through before the first refusal."""
    for number in range(most):
        if (await ask()).status_code == 429:
            return number
    return most


async def test_a_burst_then_the_rate(clock: Clock, ada: SignedIn) -> None:
    async def read() -> httpx.Response:
        return await ada.http.get(LIST)

    assert await how_many(read) == READS
    refused = await read()
    error = error_of(refused, 429, "RATE_LIMITED")
    assert error["message"] == "That was a little too fast. Please wait a moment, and try again."
    assert refused.headers["Retry-After"] == "1"
    assert refused.headers["RateLimit-Policy"] == '"reads";q=6;w=3'
    assert refused.headers["RateLimit"] == '"reads";r=0;t=1'
    clock.now += 1.0
    assert await how_many(read) == 2
    clock.now += 3600.0
    assert await how_many(read) == READS


async def test_changes_and_reads_are_counted_apart(clock: Clock, ada: SignedIn) -> None:
    async def change() -> httpx.Response:
        return await ada.http.post(f"{LIST}/delete", json={"ids": []})

    assert await how_many(change) == CHANGES
    refused = await change()
    assert refused.headers["RateLimit-Policy"] == '"changes";q=5;w=5'
    assert (await ada.http.get(LIST)).status_code == 200


@pytest.mark.asvs("2.4.1")
async def test_all_cookies_and_tokens_of_a_person_count_together_and_others_do_not(
    clock: Clock, started: Started, ada: SignedIn, ben: SignedIn
) -> None:
    phone = await services.sign_in(started.ctx, Person("https://issuer.test", "ada", "Ada"))
    wanted = {"name": "a", "scopes": ["read"], "expires_in_days": 1}
    token = data_of(await ada.http.post(TOKENS, json=wanted))["token"]
    async with (
        at(started.app, "192.0.2.1", Cookie=f"easel_session={phone}") as on_phone,
        at(started.app, "192.0.2.2", Authorization=f"Bearer {token}") as program,
    ):
        asking = [ada.http, on_phone, program]
        replies = [await asking[number % 3].get(LIST) for number in range(READS + 1)]
        assert [reply.status_code for reply in replies] == [200] * READS + [429]
        assert (await program.get(LIST)).status_code == 429
    # Ben is at the address of Ada's browser.
    assert (await ben.http.get(LIST)).status_code == 200


@pytest.mark.asvs("2.4.1", "6.3.1")
@pytest.mark.parametrize(
    ("headers", "path"),
    [
        ({}, LIST),
        ({}, "/login"),
        ({}, "/dashboard"),
        ({}, "/nowhere"),
        ({"Authorization": "Bearer easel_mistyped"}, LIST),
        ({"Cookie": "easel_session=forged"}, LIST),
        ({"Cookie": "easel_session=forged"}, "/dashboard"),
    ],
)
async def test_strangers_count_by_their_address(
    clock: Clock, app: FastAPI, headers: dict[str, str], path: str
) -> None:
    async with at(app, "192.0.2.1", **headers) as one, at(app, "192.0.2.2", **headers) as other:
        assert await how_many(lambda: one.get(path)) == READS
        assert (await other.get(path)).status_code != 429
        refused = await one.get("/login")
        if not headers:
            assert refused.status_code == 429
            assert refused.headers["Retry-After"] == "1"
            assert refused.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("path", ["/dashboard", "/dashboard/generate", "/account"])
async def test_a_person_who_asks_for_pages_counts_too(
    clock: Clock, ada: SignedIn, ben: SignedIn, path: str
) -> None:
    assert await how_many(lambda: ada.http.get(path)) == READS
    assert (await ben.http.get(path)).status_code == 200


async def test_at_the_address_of_a_stranger_who_is_refused_those_who_are_known_go_on(
    clock: Clock, app: FastAPI, ada: SignedIn
) -> None:
    assert (await ada.http.get(LIST)).status_code == 200
    async with client_for(app) as stranger:
        await how_many(lambda: stranger.get(LIST))
        assert (await stranger.get(LIST)).status_code == 429
    assert (await ada.http.get(LIST)).status_code == 200


async def test_who_has_signed_out_is_a_stranger(clock: Clock, app: FastAPI, ada: SignedIn) -> None:
    assert (await ada.http.get(LIST)).status_code == 200
    await ada.http.post("/auth/logout")
    async with client_for(app) as again:
        again.headers["Cookie"] = ada.cookie["Cookie"]
        assert await how_many(lambda: again.get(LIST)) == READS


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("a name", "a name"),
    ],
)
def test_of_an_ipv6_address_the_customers_part_counts(address: str, counted_as: str) -> None:
    assert address_of(HTTPConnection({"type": "http", "client": (address, 1), "headers": []})) == counted_as


@pytest.mark.asvs("2.4.1", "6.3.1")
async def test_sign_ins_count_by_address_whether_they_work_or_not(clock: Clock, app: FastAPI) -> None:
    async with at(app, "192.0.2.1") as one, at(app, "192.0.2.2") as other:
        ways = ["/auth/login/oidc", "/auth/callback/oidc", "/auth/logout/oidc", "/auth/demo"]
        replies = [await (one.post if way.endswith("demo") else one.get)(way) for way in ways]
        assert [reply.status_code for reply in replies] == [303, 303, 429, 429]
        assert replies[-1].headers["RateLimit-Policy"] == '"sign-ins";q=2;w=20'
        assert (await other.post("/auth/demo")).status_code == 303
        clock.now += 10.0
        assert (await one.post("/auth/demo")).status_code == 303


async def test_a_gallery_may_load_as_many_pictures_as_it_shows(
    clock: Clock, started: Started, ada: SignedIn, database: TestDatabase
) -> None:
    made = await Owner(started.ctx, database, ada.owner_id).make()
    picture = f"{LIST}/{made}/image?size=thumb"
    assert await how_many(lambda: ada.http.get(picture), 40) == 40
    wanted = {"name": "a", "scopes": ["read"], "expires_in_days": 1}
    token = data_of(await ada.http.post(TOKENS, json=wanted))["token"]
    async with at(started.app, "192.0.2.1", Authorization=f"Bearer {token}") as program:
        assert await how_many(lambda: program.get(picture)) == READS


async def test_what_costs_nothing_is_not_counted(clock: Clock, app: FastAPI) -> None:
    async with client_for(app) as stranger:
        assert await how_many(lambda: stranger.get("/healthz"), 20) == 20
        assert await how_many(lambda: stranger.get("/readyz"), 20) == 20


@asynccontextmanager
async def without_limits(settings: Settings, database: TestDatabase) -> AsyncIterator[Started]:
    async with started_app(settings.model_copy(update=dict.fromkeys(RATES, 0)), database) as started:
        yield started


async def test_a_stranger_opens_as_many_sockets_as_pages(clock: Clock, app: FastAPI, ada: SignedIn) -> None:
    """Each is kept for half a minute, with or without a connection."""
    opening = "/_nicegui_ws/socket.io/?EIO=4&transport=polling"
    async with at(app, "192.0.2.7") as stranger:
        statuses = [(await stranger.get(opening)).status_code for _ in range(READS + 1)]
        assert statuses == [200] * READS + [429]
        for none in ("&sid=", "&xsid=1", "&sid", "&process=sid=1"):
            assert (await stranger.get(opening + none)).status_code == 429
        for known in ("&sid=x", "&%73id=x"):
            assert (await stranger.get(opening + known)).status_code == 400
    data_of(await ada.http.get(LIST))
    for _ in range(READS + 1):
        assert (await ada.http.get(opening)).status_code == 200


async def test_nought_is_no_limit_but_for_held_requests(
    settings: Settings, database: TestDatabase, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    async with (
        without_limits(settings, database) as started,
        signed_in(started.app, started.ctx, "ada") as ada,
    ):
        run = data_of(await ada.http.post(SUBMIT, json={"prompt": "a red kite"}))
        path = f"{LIST}/{run['id']}"
        assert await how_many(lambda: ada.http.get(path), 80) == 80
        waits = [
            asyncio.create_task(ada.http.get(path, headers={"Prefer": "wait=30"}))
            for _ in range(MAX_HELD + 1)
        ]
        [refused], held = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        reply = await refused
        error_of(reply, 429, "RATE_LIMITED")
        assert reply.headers["RateLimit-Policy"] == '"held";q=20;w=30'
        assert len(started.ctx.held) == MAX_HELD
        await ada.http.post(f"{path}/cancel")
        assert {(await each).status_code for each in held} == {200}


@pytest.mark.asvs("4.1.3", "15.3.4")
@pytest.mark.parametrize(("trusted", "third"), [("127.0.0.0/8", 200), ("192.0.2.9", 429)])
def test_an_address_is_the_one_that_the_trusted_proxy_tells(
    tmp_path: Path, database: TestDatabase, provider: EmulatedProvider, trusted: str, third: int
) -> None:
    settings = served_settings(database, provider.url, tmp_path / "data")
    settings |= {"READS_PER_SECOND": "0.4", "TRUSTED_PROXIES": trusted}  # one at once
    settings |= {"FORWARDED_ALLOW_IPS": "*"}  # no setting of ours
    with EaselProcess(tmp_path, **settings) as easel:
        told = ["192.0.2.1", "192.0.2.1", "192.0.2.2"]
        replies = [httpx.get(f"{easel.url}/login", headers={"X-Forwarded-For": each}) for each in told]
    assert [reply.status_code for reply in replies] == [200, 429, third]


async def test_strangers_of_an_address_take_turns_and_nobody_else_waits(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three who ask at once at 20 a second, and somebody at another address: when each begins."""
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(round(seconds, 3))

    monkeypatch.setattr("core.turns.asyncio.sleep", pause)
    monkeypatch.setattr("core.turns.time.monotonic", lambda: 1000.0)
    limits = RateLimits(settings.model_copy(update={"reads_per_second": 20}))
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.1"):
        await limits.turn(address)
    assert pauses == [0.025, 0.05]
    monkeypatch.setattr("core.turns.time.monotonic", lambda: 1000.075)
    await limits.turn("192.0.2.1")
    assert pauses == [0.025, 0.05]
    unlimited = RateLimits(settings.model_copy(update={"reads_per_second": 0}))
    await asyncio.gather(*[unlimited.turn("192.0.2.1") for _ in range(3)])
    assert pauses == [0.025, 0.05]


@pytest.mark.parametrize("path", ["/login", "/nowhere"])
async def test_a_strangers_pages_are_built_one_after_the_other(
    started: Started, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    waited: list[str] = []

    async def turn(address: str) -> None:
        waited.append(address)

    monkeypatch.setattr(started.ctx.rate_limits, "turn", turn)
    async with at(started.app, "192.0.2.9") as stranger:
        await stranger.get(path)
        await stranger.get(path, headers={"Cookie": "easel_session=forged"})
        await stranger.get("/healthz")
    assert waited == ["192.0.2.9", "192.0.2.9"]


@pytest.mark.asvs("15.2.2")
def test_the_counts_of_any_number_of_addresses_take_little_memory() -> None:
    limits = RateLimits(make_settings(reads_per_second=20))
    tracemalloc.start()
    for number in range(100_000):
        limits.hit(Policy.READS, f"2001:db8:{number >> 16:x}:{number & 0xFFFF:x}::")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 10 * 2**20


async def test_requests_that_are_held_keep_nobody_of_the_same_address_away(
    clock: Clock, started: Started, database: TestDatabase, provider: EmulatedProvider
) -> None:
    """As after a restart: nobody's token is known, and each comes with a request that is held."""
    provider.never_finish()
    async with AsyncExitStack() as stack:
        people = [
            await stack.enter_async_context(signed_in(started.app, started.ctx, f"person{number}"))
            for number in range(2 * READS)
        ]
        held = []
        for person in people:
            order = services.new_order(started.ctx, "a red kite")
            running = await services.submit_generation(started.ctx, order=order, owner_id=person.owner_id)
            wait = {"Prefer": "wait=30"}
            held.append(asyncio.create_task(person.http.get(f"{LIST}/{running}", headers=wait)))
            await until(lambda: len(started.ctx.held) == len(held))
        started.ctx.held.let_go()
        replies = await asyncio.gather(*held)
    assert {reply.status_code for reply in replies} == {200}
