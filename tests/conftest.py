"""Fixtures: the whole application on a real database and a real provider's emulator."""

import gc
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import hypothesis
import pytest
from fastapi import FastAPI
from nicegui import ui
from nicegui.functions.download import download
from nicegui.functions.navigate import Navigate
from nicegui.functions.notify import notify
from nicegui.testing import User
from nicegui.testing.general import nicegui_reset_globals
from pydantic import SecretStr

from core import services
from core.context import Context, create_context
from core.limits import Limits
from core.services import Upkeep
from core.services.login_sessions import Person
from core.settings import Settings
from core.sign_in.providers import SignInProvider, create_providers
from main import create_app
from tests.support.database import TestDatabase, migrated_database
from tests.support.provider import EmulatedProvider, emulated_provider

BASE_URL = "http://127.0.0.1:8080"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--qa-report", help="write the acceptance tests' report to this file")
    parser.addoption("--reliability-report", action="store_true", help="write to docs/reliability.md")
    parser.addoption("--histories", type=int, default=0, help="live through that many random histories")
    parser.addoption("--kills", type=int, default=1, help="how often the kill test kills at each point")
    parser.addoption("--soak-seconds", type=float, default=60.0, help="how long the soak lasts")
    parser.addoption("--soak-seed", type=int, help="choose the soak's faults as a run before it did")
    parser.addoption("--sick-seconds", type=float, default=30, help="how long the provider is sick")
    parser.addoption("--fuzz-cases", type=int, help="how many cases are fuzzed; without it, few")
    parser.addoption("--presses", type=int, default=12, help="how often Generate is pressed on a slow link")
    parser.addoption("--screenshots", help="keep the browser tests' screenshots in this folder")


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestDatabase]:
    with migrated_database(tmp_path_factory.mktemp("database")) as database:
        yield database


@pytest.fixture
def database(migrated: TestDatabase) -> TestDatabase:
    """A migrated database without rows."""
    migrated.empty()
    return migrated


@pytest.fixture(scope="session")
def served_provider() -> Iterator[EmulatedProvider]:
    with emulated_provider() as provider:
        yield provider


@pytest.fixture
def provider(served_provider: EmulatedProvider) -> EmulatedProvider:
    """The emulated provider, over a real socket, without predictions or faults."""
    served_provider.reset()
    return served_provider


@pytest.fixture
def limits() -> Limits:
    """Easel's own; `with_limits` gives a test others."""
    return Limits()


@pytest.fixture
def settings(provider: EmulatedProvider, tmp_path: Path) -> Settings:
    return make_settings(replicate_base_url=provider.url, data_dir=tmp_path / "data")


def make_settings(**changes: object) -> Settings:
    """Local settings with a provider token; reads no environment."""
    defaults: dict[str, object] = {
        "replicate_api_token": SecretStr("r8_test_token"),
        "storage_secret": SecretStr("a secret for tests, 32 characters or more"),
    }
    return Settings.model_validate(defaults | changes)


@dataclass(frozen=True)
class Started:
    """The application, and the parts that it was made of."""

    app: FastAPI
    ctx: Context
    upkeep: Upkeep
    sign_in_providers: dict[str, SignInProvider]


@pytest.fixture
async def started(settings: Settings, database: TestDatabase, limits: Limits) -> AsyncIterator[Started]:
    """The whole application: pages, API, sign-in; started, and closed after the test."""
    async with started_app(settings, database, limits) as whole:
        yield whole


class started_app:  # noqa: N801  (used as a function)
    """`create_app`, with its lifespan and with NiceGUI's global state put back afterwards."""

    def __init__(self, settings: Settings, database: TestDatabase, limits: Limits = Limits()) -> None:
        self._settings = settings
        self._limits = limits
        self._url = database.serving_url

    async def __aenter__(self) -> Started:
        self._reset = nicegui_reset_globals()
        self._reset.__enter__()
        ctx = create_context(self._settings, self._url, self._limits)
        upkeep, providers = Upkeep(ctx), create_providers(self._settings)
        app = create_app(ctx, upkeep=upkeep, sign_in_providers=providers)
        self._lifespan = app.router.lifespan_context(app)
        await self._lifespan.__aenter__()
        return Started(app, ctx, upkeep, providers)

    async def __aexit__(self, *_: object) -> None:
        await self._lifespan.__aexit__(None, None, None)
        self._reset.__exit__(None, None, None)


@pytest.fixture
def app(started: Started) -> FastAPI:
    return started.app


@pytest.fixture
def ctx(started: Started) -> Context:
    return started.ctx


@dataclass
class SignedIn:
    """A person who is signed in, and their HTTP client."""

    owner_id: UUID
    token: str
    http: httpx.AsyncClient


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a cookie."""
    async with client_for(app) as client:
        yield client


@pytest.fixture
async def ada(app: FastAPI, ctx: Context) -> AsyncIterator[SignedIn]:
    signed_in = await sign_in(app, ctx, "ada")
    async with signed_in.http:
        yield signed_in


@pytest.fixture
async def ben(app: FastAPI, ctx: Context) -> AsyncIterator[SignedIn]:
    signed_in = await sign_in(app, ctx, "ben")
    async with signed_in.http:
        yield signed_in


async def sign_in(app: FastAPI, ctx: Context, name: str) -> SignedIn:
    person = Person("https://issuer.test", name, name.title())
    token = await services.sign_in(ctx, person)
    client = client_for(app)
    client.cookies.set("easel_session", token)
    return SignedIn(person.owner_id, token, client)


def client_for(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE_URL)


class PatientUser(User):
    """Waits longer for what a busy machine shows late."""

    async def should_see(self, *args: Any, retries: int = 100, **kwargs: Any) -> None:
        await super().should_see(*args, retries=retries, **kwargs)


@pytest.fixture
async def user(ada: SignedIn) -> AsyncIterator[User]:
    """Ada, signed in, in front of a browser."""
    async for simulated in _simulate(ada.http):
        yield simulated


@pytest.fixture
async def stranger(app: FastAPI) -> AsyncIterator[User]:
    """Somebody who is not signed in."""
    async with client_for(app) as http:
        async for simulated in _simulate(http):
            yield simulated


async def _simulate(http: httpx.AsyncClient) -> AsyncIterator[User]:
    try:
        yield PatientUser(http)
    finally:
        ui.navigate = Navigate()
        ui.notify = notify
        ui.download = download


def pytest_configure(config: pytest.Config) -> None:
    """How many examples properties get that name no number: few in the suite, more with `make fuzz`."""
    cases = config.getoption("--fuzz-cases")
    examples = max(100, cases // 10) if cases else 25
    hypothesis.settings.register_profile("easel", max_examples=examples, deadline=None)
    hypothesis.settings.load_profile("easel")


def pytest_collection_finish() -> None:
    """Leave all that is imported by now out of garbage collection.

    Resetting NiceGUI collects twice for each application, which took half a second a test.
    """
    gc.collect()
    gc.freeze()
