"""The log, and a database that can be away."""

from collections.abc import AsyncIterator, Iterator
from io import StringIO

import pytest

from core.settings import Settings
from tests.api.logs import written_log
from tests.support.application import started_app
from tests.support.database import TestDatabase
from tests.support.gateway import Gateway
from tests.support.people import SignedIn, signed_in


@pytest.fixture
def log() -> Iterator[StringIO]:
    """All that is logged; nothing is hidden in it, so that a test sees what would have to be."""
    with written_log() as stream:
        yield stream


@pytest.fixture
async def gateway(database: TestDatabase) -> AsyncIterator[Gateway]:
    """The way to the database that `far` takes; open."""
    gateway = Gateway(database)
    await gateway.open()
    yield gateway
    await gateway.close()


@pytest.fixture
async def far(settings: Settings, gateway: Gateway) -> AsyncIterator[SignedIn]:
    """Somebody signed in to an application whose database is behind `gateway`."""
    async with (
        started_app(settings, gateway.database) as started,
        signed_in(started.app, started.ctx, "far") as person,
    ):
        yield person
