"""A real browser in front of a real Easel process."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, async_playwright

from tests.browser.studio import Studio, closing
from tests.support.browser import FLAGS, TELL_VIOLATIONS, require_chromium
from tests.support.database import TestDatabase
from tests.support.provider import EmulatedProvider
from tests.support.servers import EaselProcess, served_easel_on


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One event loop for the folder, as the browser lives on it."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="module")
def easel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EaselProcess]:
    """Easel as a newcomer starts it: the embedded database, the demo provider, demo sign-in."""
    folder = tmp_path_factory.mktemp("easel")
    with EaselProcess(folder, DATA_DIR=str(folder / "data")) as process:
        yield process


@pytest.fixture(scope="package")
def served_easel(
    tmp_path_factory: pytest.TempPathFactory, migrated: TestDatabase, served_provider: EmulatedProvider
) -> Iterator[EaselProcess]:
    with served_easel_on(migrated, served_provider.url, tmp_path_factory.mktemp("served")) as process:
        yield process


@pytest.fixture(scope="session")
def violations() -> list[str]:
    """What any page has done that its Content Security Policy refuses."""
    return []


@pytest.fixture(autouse=True)
def without_violations(violations: list[str]) -> Iterator[None]:
    """No test may leave any, whatever else it is about, and whichever way it came by its pages."""
    yield
    found = violations.copy()
    violations.clear()
    assert found == []


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(violations: list[str]) -> AsyncIterator[Browser]:
    path = require_chromium()

    async def watch(context: BrowserContext) -> None:
        context.on(
            "console",
            lambda said: violations.append(said.text) if "Content Security Policy" in said.text else None,
        )
        await context.add_init_script(TELL_VIOLATIONS)

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        browser.on("context", watch)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def studio(
    served_easel: EaselProcess, browser: Browser, database: TestDatabase, provider: EmulatedProvider
) -> AsyncIterator[Studio]:
    """Nobody signed in, no rows; at the end no page may have had anything to complain about."""
    async with closing(Studio(served_easel.url, browser, database, provider)) as studio:
        yield studio
    assert studio.complaints == []


@pytest.fixture
def screenshots(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where the pictures of the screens go: the folder of `--screenshots`, or one that is thrown away."""
    folder = Path(request.config.getoption("--screenshots") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
