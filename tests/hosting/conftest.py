"""Two processes behind a proxy, once for each module: a start takes seconds."""

from collections.abc import AsyncIterator, Iterator
from inspect import iscoroutinefunction
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.hosting.fleet import Certificate, Fleet, make_certificate, nginx_before, two_processes
from tests.sign_in.identity_provider import IdentityProvider
from tests.support.browser import FLAGS, require_chromium
from tests.support.database import TestDatabase
from tests.support.provider import EmulatedProvider
from tests.support.servers import free_port


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One event loop for the folder, as the browser lives on it."""
    for item in items:
        function = getattr(item, "function", None)
        if Path(__file__).parent in item.path.parents and iscoroutinefunction(function):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def unproxied_fleet(
    tmp_path_factory: pytest.TempPathFactory,
    migrated: TestDatabase,
    served_provider: EmulatedProvider,
    served_identity: IdentityProvider,
    certificate: Certificate,
) -> Iterator[Fleet]:
    """The two processes, with nothing at their address yet."""
    with two_processes(
        tmp_path_factory.mktemp("fleet"),
        migrated,
        provider_url=served_provider.url,
        issuer=served_identity.url,
        certificate=certificate,
        url=f"https://127.0.0.1:{free_port()}",
    ) as fleet:
        yield fleet


@pytest.fixture(scope="module")
def served_fleet(unproxied_fleet: Fleet) -> Iterator[Fleet]:
    with nginx_before(unproxied_fleet):
        yield unproxied_fleet


@pytest.fixture
def fleet(served_fleet: Fleet, database: TestDatabase, provider: EmulatedProvider) -> Fleet:
    """Nobody signed in, no rows."""
    return served_fleet


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = require_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()
