"""A process is stopped: its open pages go on at another one, behind the same address."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.studio import Studio, closing, come_true, start
from tests.support.database import TestDatabase
from tests.support.provider import EmulatedProvider
from tests.support.servers import EaselProcess, free_port, served_settings

pytestmark = pytest.mark.long

GOODBYE_SECONDS = 1.0
GOODBYE = "the page has heard of it"
CONNECTED = "window.did_handshake === true"
# The browser waits a second or a little more before it connects again, and loads the page.
MOVE_MS = 8000


class Switch:
    """One address for several processes: each connection goes to the first that takes it."""

    def __init__(self, *ports: int) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._ports = ports

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Switch"]:
        server = await asyncio.start_server(self._pass_on, "127.0.0.1", self.port)
        yield self
        server.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for port in self._ports:
            with suppress(ConnectionError):
                back_reader, back_writer = await asyncio.open_connection("127.0.0.1", port)
                await asyncio.gather(_copy(reader, back_writer), _copy(back_reader, writer))
                return
        writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Unlike the gateway's, it lets the last words arrive."""
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def test_open_pages_go_on_at_another_process(
    browser: Browser, database: TestDatabase, provider: EmulatedProvider, tmp_path: Path
) -> None:
    ports = (free_port(), free_port())
    async with Switch(*ports).opened() as switch:
        settings = settings_of(switch, database, provider, tmp_path)
        first, second = (EaselProcess(tmp_path, port=port, **settings) for port in ports)
        async with closing(Studio(switch.url, browser, database, provider)) as studio:
            try:
                await asyncio.to_thread(first.wait_until_ready)
                await asyncio.to_thread(second.wait_until_ready)
                provider.never_finish()
                page = await studio.visit()
                await page.get_by_label("Your prompt").fill("a red kite")
                await stop_under(page, first)
                await expect(page.get_by_label("Your prompt")).to_have_value("a red kite", timeout=MOVE_MS)
                await start(page, "a red kite")

                third = EaselProcess(tmp_path, port=ports[0], **settings)
                try:
                    await asyncio.to_thread(third.wait_until_ready)
                    await stop_under(page, second)
                    await expect(page.get_by_text("Painting your picture")).to_be_visible(timeout=MOVE_MS)
                    await expect(page.get_by_role("button", name="Cancel")).to_be_enabled()
                    assert [row["prompt"] for row in database.generations()] == ["a red kite"]
                    assert provider.creates == 1
                finally:
                    await asyncio.to_thread(third.stop)
            finally:
                await asyncio.gather(*(asyncio.to_thread(each.stop) for each in (first, second)))
    for each in (first, second, third):
        assert "Traceback" not in each.log.read_text()


async def stop_under(page: Page, easel: EaselProcess) -> None:
    """SIGTERM; returns when the page has heard of it and is a new page, from another process."""
    await come_true(page, CONNECTED)  # a page that never was hears no goodbye
    await page.evaluate("window.isFromBefore = true")
    await page.evaluate(f"window.socket.on('disconnect', () => console.log('{GOODBYE}'))")
    signaled = time.monotonic()
    async with page.expect_event("load", timeout=MOVE_MS):
        # The page may load anew half a second later, and what it had in its window is gone then.
        async with page.expect_console_message(lambda each: each.text == GOODBYE, timeout=MOVE_MS):
            easel.tell()
        assert time.monotonic() - signaled < GOODBYE_SECONDS
    assert await asyncio.to_thread(easel.wait, 10) == 0
    await come_true(page, f"window.isFromBefore === undefined && {CONNECTED}")


def settings_of(
    switch: Switch, database: TestDatabase, provider: EmulatedProvider, folder: Path
) -> dict[str, Any]:
    return served_settings(database, provider.url, folder / "data") | {"PUBLIC_URL": switch.url}
