"""What was typed is what is paid for: on a slow link, before the page is connected, or cut off from us."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.studio import come_true
from tests.support.database import TestDatabase
from tests.support.faults import hanging
from tests.support.presses import EACH_WAY_SECONDS, SECONDS, Hands, Place, behind_a_link, press_often
from tests.support.provider import EmulatedProvider
from tests.support.waiting import until

pytestmark = pytest.mark.long


class InChromium:
    def __init__(self, page: Page) -> None:
        self._page = page

    async def open(self, url: str) -> None:
        await self._page.goto(url, wait_until="commit")
        await self._page.get_by_label("Your prompt").focus(timeout=SECONDS * 1000)

    async def type(self, text: str) -> None:
        await self._page.get_by_label("Your prompt").fill("")
        await self._page.keyboard.type(text)

    async def press(self, *, by_keyboard: bool) -> None:
        if by_keyboard:
            await self._page.keyboard.press("Control+Enter")
        else:
            await self._page.get_by_role("button", name="Generate").click()

    async def see_picture(self, prompt: str) -> None:
        picture = self._page.get_by_alt_text(prompt, exact=True).and_(self._page.locator("img.picture"))
        await expect(picture).to_be_visible(timeout=SECONDS * 1000)


@pytest.mark.timeout(600)
async def test_in_chromium_every_press_is_whole_and_none_is_lost_or_twice(
    browser: Browser, database: TestDatabase, provider: EmulatedProvider, tmp_path: Path, how_often: int
) -> None:
    async with (
        behind_a_link(database, provider, tmp_path, EACH_WAY_SECONDS) as place,
        AsyncExitStack() as end,
    ):

        async def somebody(cookies: dict[str, str]) -> Hands:
            context = await browser.new_context()
            end.push_async_callback(context.close)
            await context.add_cookies(
                [{"name": name, "value": value, "url": place.link.url} for name, value in cookies.items()]
            )
            return InChromium(await context.new_page())

        await press_often(place, somebody, how_often)


@pytest_asyncio.fixture(loop_scope="session")
async def cut_off(
    browser: Browser, database: TestDatabase, provider: EmulatedProvider, tmp_path: Path
) -> AsyncIterator[tuple[Place, Page]]:
    """A page that has been connected, over a link that can be cut."""
    async with behind_a_link(database, provider, tmp_path) as place:
        _, cookies = place.welcome()
        context = await browser.new_context()
        await context.add_cookies(
            [{"name": name, "value": value, "url": place.link.url} for name, value in cookies.items()]
        )
        page = await context.new_page()
        await page.goto(place.url)
        await come_true(page, "window.socket?.connected")
        yield place, page
        await context.close()


async def test_a_press_without_a_connection_waits_visibly_and_is_sent_once(
    cut_off: tuple[Place, Page],
) -> None:
    place, page = cut_off
    place.link.cut()
    await come_true(page, "!window.socket.connected")
    await page.get_by_label("Your prompt").fill("a red kite")
    await page.get_by_role("button", name="Generate").click()
    await page.get_by_label("Your prompt").press("Control+Enter")
    await expect(page.locator("#generate-reason")).to_contain_text("your press is kept")
    await expect(page.get_by_role("button", name="Generate")).to_be_disabled()
    await page.get_by_label("Your prompt").fill("the next thought")
    assert place.provider.creates == 0
    place.link.mend()
    await InChromium(page).see_picture("a red kite")
    await expect(page.get_by_role("button", name="Generate")).to_be_enabled()
    await expect(page.get_by_label("Your prompt")).to_have_value("the next thought")
    assert [row["prompt"] for row in place.database.generations()] == ["a red kite"]


@pytest.mark.parametrize("is_reloaded", [False, True], ids=["reconnected", "reloaded"])
async def test_a_press_whose_answer_was_lost_starts_nothing_twice(
    cut_off: tuple[Place, Page], is_reloaded: bool
) -> None:
    place, page = cut_off
    place.provider.never_finish()
    place.provider.emulator.fault = hanging(2.0, method="POST")
    await page.get_by_label("Your prompt").fill("a red kite")
    await page.get_by_role("button", name="Generate").click()
    await until(place.database.generations)
    place.link.cut()
    await come_true(page, "!window.socket.connected")
    place.link.mend()
    if is_reloaded:
        await page.reload()
    await expect(page.get_by_text("Painting your picture")).to_be_visible(timeout=SECONDS * 1000)
    await expect(page.locator("#generate-reason")).to_contain_text("One picture at a time")
    place.provider.finish()
    await InChromium(page).see_picture("a red kite")
    assert await page.evaluate("Object.keys(sessionStorage).filter((name) => name.startsWith('easel'))") == []
    assert [row["prompt"] for row in place.database.generations()] == ["a red kite"]
    assert place.provider.creates == 1
