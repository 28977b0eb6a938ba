"""A real browser in front of a real Easel process."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from tests.support.browser import FLAGS, require_chromium
from tests.support.servers import EaselProcess


@pytest.fixture(scope="module")
def easel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EaselProcess]:
    """Easel as a newcomer starts it: the embedded database, the demo provider, demo sign-in."""
    folder = tmp_path_factory.mktemp("easel")
    with EaselProcess(folder, DATA_DIR=str(folder / "data")) as process:
        yield process


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    path = require_chromium()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
def screenshots(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where the pictures of the screens go: the folder of `--screenshots`, or one that is thrown away."""
    folder = Path(request.config.getoption("--screenshots") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
