"""What was typed is what is paid for: on a slow link, before the page is connected, or cut off from us."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.studio import GENERATE
from tests.support.database import TestDatabase
from tests.support.faults import hanging
from tests.support.firefox import Tab, running_firefox
from tests.support.provider import EmulatedProvider
from tests.support.servers import EaselProcess, free_port, served_settings
from tests.support.slow_link import SlowLink
from tests.support.waiting import until

EACH_WAY_SECONDS = 0.075
LONGEST_PAUSE_SECONDS = 3.0
AT_ONCE = 4
SEED = 8
SECONDS = 20.0


class Hands(Protocol):
    """Somebody in front of a browser."""

    async def open(self, url: str) -> None:
        """Go there; returns as soon as the prompt box is to be seen."""

    async def type(self, text: str) -> None: ...

    async def press(self, *, by_keyboard: bool) -> None: ...

    async def see_picture(self, prompt: str) -> None: ...


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


class InFirefox:
    def __init__(self, tab: Tab) -> None:
        self._tab = tab

    async def open(self, url: str) -> None:
        await self._tab.goto(url, wait="none")
        await self._tab.wait_for("document.getElementById('prompt')", SECONDS)

    async def type(self, text: str) -> None:
        await self._tab.evaluate("document.getElementById('prompt').focus()")
        await self._tab.evaluate("document.getElementById('prompt').select()")
        await self._tab.type(text)

    async def press(self, *, by_keyboard: bool) -> None:
        if by_keyboard:
            await self._tab.press_control_enter()
        else:
            await self._tab.click(".button--primary")

    async def see_picture(self, prompt: str) -> None:
        await self._tab.wait_for(f"document.querySelector('img.picture')?.alt === {prompt!r}", SECONDS)


@dataclass
class Place:
    """Easel behind a link, with its rows and its provider."""

    link: SlowLink
    database: TestDatabase
    provider: EmulatedProvider

    @property
    def url(self) -> str:
        return self.link.url + GENERATE

    def welcome(self) -> tuple[UUID, dict[str, str]]:
        """Somebody new: the owner and the cookie."""
        owner_id, token = uuid4(), uuid4().hex
        self.database.sign_in(token, owner_id)
        return owner_id, {"easel_session": token}

    def prompts(self, owner_id: UUID) -> list[str]:
        return [row["prompt"] for row in self.database.generations(owner_id)]


@asynccontextmanager
async def behind_a_link(
    database: TestDatabase, provider: EmulatedProvider, folder: Path, delay_seconds: float = 0.0
) -> AsyncIterator[Place]:
    port = free_port()
    link = SlowLink(port, delay_seconds)
    settings = served_settings(database, provider.url, folder / "data") | {"PUBLIC_URL": link.url}
    easel = EaselProcess(folder, port=port, **settings)
    async with link.opened():
        try:
            await asyncio.to_thread(easel.wait_until_ready)
            yield Place(link, database, provider)
        finally:
            await asyncio.to_thread(easel.stop)


@pytest.fixture
def how_often(request: pytest.FixtureRequest) -> int:
    how_often: int = request.config.getoption("--presses")
    return how_often


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


@pytest.mark.timeout(600)
async def test_in_firefox_every_press_is_whole_and_none_is_lost_or_twice(
    database: TestDatabase, provider: EmulatedProvider, tmp_path: Path, how_often: int
) -> None:
    async with (
        behind_a_link(database, provider, tmp_path, EACH_WAY_SECONDS) as place,
        running_firefox() as firefox,
    ):

        async def somebody(cookies: dict[str, str]) -> Hands:
            return InFirefox(await firefox.tab(cookies))

        await press_often(place, somebody, how_often)
        assert firefox.complaints == []


class Welcome(Protocol):
    async def __call__(self, cookies: dict[str, str]) -> Hands: ...


async def press_often(place: Place, somebody: Welcome, how_often: int) -> None:
    """So many presses of people at once, by key and by click in turn; what was charged is what was typed."""
    people = min(AT_ONCE, how_often)
    each = -(-how_often // people)

    async def person(number: int) -> None:
        owner_id, cookies = place.welcome()
        hands = await somebody(cookies)
        chance = random.Random(SEED + number)  # noqa: S311  (a test's dice)
        typed = []
        for turn in range(each):
            prompt = (
                f"{turn:03}{''.join(chance.choices('abcdefghijklmnopqrstuvwxyz', k=chance.randint(1, 8)))}"
            )
            await hands.open(place.url)
            await hands.type(prompt)
            await asyncio.sleep(chance.uniform(0.0, LONGEST_PAUSE_SECONDS))
            await hands.press(by_keyboard=turn % 2 == 0)
            await hands.see_picture(prompt)
            typed.append(prompt)
            assert place.prompts(owner_id) == typed

    await asyncio.gather(*(person(number) for number in range(people)))
    assert place.provider.creates == people * each


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
        await page.wait_for_function("window.socket?.connected")
        yield place, page
        await context.close()


async def test_a_press_without_a_connection_waits_visibly_and_is_sent_once(
    cut_off: tuple[Place, Page],
) -> None:
    place, page = cut_off
    place.link.cut()
    await page.wait_for_function("!window.socket.connected")
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
    await page.wait_for_function("!window.socket.connected")
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
