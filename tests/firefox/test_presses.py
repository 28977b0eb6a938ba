"""What was typed is what is paid for, in Firefox."""

from pathlib import Path

import pytest

from tests.support.database import TestDatabase
from tests.support.firefox import Tab, running_firefox
from tests.support.presses import EACH_WAY_SECONDS, SECONDS, Hands, behind_a_link, press_often
from tests.support.provider import EmulatedProvider


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
