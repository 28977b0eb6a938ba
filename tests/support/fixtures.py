"""The fixtures that every test may ask for; `tests/support/__init__.py` says which gives what."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from nicegui.testing import User

from core.context import Context
from core.limits import Limits
from core.settings import Settings
from tests.citus.cluster import distributed_cluster
from tests.sign_in.identity_provider import IdentityProvider, served_identity_provider
from tests.support.application import Started, client_for, make_settings, quiet_context, started_app
from tests.support.database import TestDatabase, empty_database, migrated_database
from tests.support.limits import FOR_TESTS
from tests.support.people import Owner, SignedIn, signed_in, simulated
from tests.support.provider import EmulatedProvider, emulated_provider


@pytest.fixture(scope="session")
def migrated(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestDatabase]:
    if request.config.getoption("--citus"):
        with distributed_cluster() as machines:
            yield machines.database
        return
    with migrated_database(tmp_path_factory.mktemp("database")) as database:
        yield database


@pytest.fixture
def database(migrated: TestDatabase) -> TestDatabase:
    """A migrated database without rows."""
    migrated.empty()
    return migrated


@pytest.fixture
def fresh(migrated: TestDatabase) -> Iterator[TestDatabase]:
    """An empty database of the owning role, on the server of the other tests, that no migration has seen."""
    with empty_database(migrated) as database:
        yield database


@pytest.fixture(scope="session")
def served_provider() -> Iterator[EmulatedProvider]:
    with emulated_provider() as provider:
        yield provider


@pytest.fixture
def provider(served_provider: EmulatedProvider) -> EmulatedProvider:
    """The emulated provider, over a real socket, without predictions or faults."""
    served_provider.reset()
    return served_provider


@pytest.fixture(scope="session")
def served_identity() -> Iterator[IdentityProvider]:
    with served_identity_provider() as provider:
        yield provider


@pytest.fixture
def limits() -> Limits:
    """Those of tests; `with_limits` gives a test others."""
    return FOR_TESTS


@pytest.fixture
def settings(provider: EmulatedProvider, tmp_path: Path) -> Settings:
    return make_settings(replicate_base_url=provider.url, data_dir=tmp_path / "data")


@pytest.fixture
async def started(settings: Settings, database: TestDatabase, limits: Limits) -> AsyncIterator[Started]:
    """The whole application: pages, API, sign-in; started, and closed after the test."""
    async with started_app(settings, database, limits) as whole:
        yield whole


@pytest.fixture
def app(started: Started) -> FastAPI:
    return started.app


@pytest.fixture
def ctx(started: Started) -> Context:
    """What `app` was made with; its loop runs."""
    return started.ctx


@pytest.fixture
async def quiet_ctx(settings: Settings, database: TestDatabase, limits: Limits) -> AsyncIterator[Context]:
    """The services alone: no pages, no API, no loop that runs by itself."""
    async with quiet_context(settings, database, limits) as quiet:
        yield quiet


@pytest.fixture
def owner(quiet_ctx: Context, database: TestDatabase) -> Owner:
    return Owner(quiet_ctx, database, uuid4())


@pytest.fixture
def other_owner(quiet_ctx: Context, database: TestDatabase) -> Owner:
    return Owner(quiet_ctx, database, uuid4())


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a cookie."""
    async with client_for(app) as client:
        yield client


@pytest.fixture
async def ada(app: FastAPI, ctx: Context) -> AsyncIterator[SignedIn]:
    async with signed_in(app, ctx, "ada") as person:
        yield person


@pytest.fixture
async def ben(app: FastAPI, ctx: Context) -> AsyncIterator[SignedIn]:
    async with signed_in(app, ctx, "ben") as person:
        yield person


@pytest.fixture
async def user(ada: SignedIn) -> AsyncIterator[User]:
    """Ada, signed in, in front of a browser."""
    async with simulated(ada.http) as user:
        yield user


@pytest.fixture
async def stranger(app: FastAPI) -> AsyncIterator[User]:
    """Somebody in front of a browser who is not signed in."""
    async with client_for(app) as client, simulated(client) as user:
        yield user


@pytest.fixture
def how_often(request: pytest.FixtureRequest) -> int:
    how_often: int = request.config.getoption("--presses")
    return how_often
