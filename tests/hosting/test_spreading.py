"""Everybody comes from one address, and each process gets its part of pages, sockets and calls."""

import ast
import json
import re
import time
from collections import Counter
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from playwright.async_api import Browser
from socketio import AsyncClient

from tests.browser.studio import GENERATE
from tests.hosting.fleet import Fleet
from tests.hosting.screens import BACK_SECONDS, NO_WEB_SOCKETS, Screen, open_screen
from tests.support.provider import EmulatedProvider
from tests.support.waiting import until, wait_until

PEOPLE = 100
# By chance one of 2,500 runs has less than a third at one of them.
AT_LEAST = PEOPLE // 3
SOCKET_PATH = "/_nicegui_ws/socket.io/"
_ARGUMENTS = re.compile(r"query: (\{.*?\}),\n")


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_pages_are_spread_evenly_and_their_sockets_with_them(fleet: Fleet, transport: str) -> None:
    await expect_pages_to_be_spread(fleet, transport)


async def expect_pages_to_be_spread(fleet: Fleet, transport: str) -> None:
    """Each process builds its part, and every socket reaches the one that built its page."""
    built: Counter[str] = Counter()
    async with fleet.client() as http:
        for _ in range(PEOPLE):
            page = await socket_of_a_page(http, fleet)
            await connect(http, page, transport)
            built[page["process"]] += 1
    expect_even(fleet, built)


def expect_even(fleet: Fleet, used: Counter[str]) -> None:
    assert used.total() == PEOPLE
    assert all(used[str(port)] >= AT_LEAST for port in fleet.ports), used


async def socket_of_a_page(http: httpx.AsyncClient, fleet: Fleet) -> dict[str, Any]:
    """What a new person's page opens its socket with."""
    _, cookie = fleet.welcome()
    reply = await http.get(GENERATE, headers=cookie)
    assert reply.status_code == 200
    [arguments] = _ARGUMENTS.findall(reply.text)
    return {**ast.literal_eval(arguments), "implicit_handshake": "true", "tab_id": "a", "document_id": "b"}


async def connect(http: httpx.AsyncClient, page: dict[str, Any], transport: str) -> None:
    """As a page does; a process that did not build the page refuses."""
    if transport == "websocket":
        socket = AsyncClient(ssl_verify=False, reconnection=False)
        address = f"{http.base_url}?{urlencode(page)}"
        await socket.connect(address, transports=[transport], socketio_path=SOCKET_PATH)
        await socket.disconnect()
        return
    arguments = page | {"EIO": "4", "transport": "polling"}
    opened = await http.get(SOCKET_PATH, params=arguments)
    arguments |= {"sid": json.loads(opened.text[1:])["sid"]}
    posted = await http.post(SOCKET_PATH, params=arguments, content="40")
    assert posted.status_code == 200
    assert (await http.get(SOCKET_PATH, params=arguments)).text.startswith('40{"sid"')


async def test_calls_of_programs_are_spread_evenly(fleet: Fleet) -> None:
    lines = len(fleet.log())
    _, cookie = fleet.welcome()
    async with fleet.client(headers=cookie) as http:
        for _ in range(PEOPLE):
            assert (await http.get("/api/v1/me")).status_code == 200
    wait_until(lambda: fleet.log().count("/api/v1/me") >= PEOPLE)
    used = Counter(re.findall(r'/api/v1/me" 200 .* 127.0.0.1:(\d+) ', fleet.log()[lines:]))
    expect_even(fleet, used)


async def expect_to_go_on_at_the_other(fleet: Fleet, screen: Screen) -> int:
    """The screen's process is killed; returns which it was."""
    died = fleet.ports.index(await screen.port)
    began = time.monotonic()
    fleet.processes[died].kill()
    await until(lambda: len(screen.loads) > 1, BACK_SECONDS)
    await screen.expect_draft_and_run(BACK_SECONDS)
    assert time.monotonic() - began < BACK_SECONDS
    assert await screen.port == fleet.ports[1 - died]
    return died


@pytest.mark.parametrize("script", ["", NO_WEB_SOCKETS], ids=["web socket", "polling"])
async def test_a_page_whose_process_dies_goes_on_at_the_other(
    fleet: Fleet, browser: Browser, provider: EmulatedProvider, script: str
) -> None:
    provider.never_finish()
    screen = await open_screen(browser, fleet, script=script)
    died = await expect_to_go_on_at_the_other(fleet, screen)

    fleet.restart(died)
    provider.finish()
    await screen.expect_picture()
    assert len(screen.loads) == 2  # once at first, once for the death, and not for the return
    await screen.page.context.close()
