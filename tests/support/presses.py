"""Presses of Generate on a slow link, whatever the browser: what was typed is what is paid for."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid4

from tests.browser.studio import GENERATE
from tests.support.database import TestDatabase
from tests.support.provider import EmulatedProvider
from tests.support.servers import EaselProcess, free_port, served_settings
from tests.support.slow_link import SlowLink

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
