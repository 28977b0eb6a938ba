"""Open tabs without a browser: each gets a page and holds its web socket, as NiceGUI's script does."""

import ast
import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from urllib.parse import urlencode
from uuid import uuid4

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from bench.effort import CouldNotMeasure
from bench.load import Target

ACK_SECONDS = 3.0
_AT_ONCE = 8
_QUERY = re.compile(r"^\s*query: (\{.*\}),$", re.MULTILINE)
_HIDE = re.compile(r'"(\d+)":\{"tag":"nicegui-page_frame".*?"listener_id":"([\w-]+)","type":"hide"')
# Of Engine.IO, and Socket.IO inside it: https://socket.io/docs/v4/engine-io-protocol
_PING, _PONG, _JOIN, _JOINED, _EVENT = "2", "3", "40", "40{", "42"


class TabFailed(CouldNotMeasure):
    """The page did not come, or its web socket was refused."""


class Tab:
    """An open page of somebody."""

    def __init__(self, query: dict[str, str], hide: dict[str, object], connection: ClientConnection) -> None:
        self.messages = 0
        self.seen: dict[str, float] = {}
        """When a message first had a text that is watched for, by `time.time`."""
        self._watched: set[str] = set()
        self._client_id = query["client_id"]
        self._next_message_id = self._acknowledged = int(query["next_message_id"])
        self._hide = hide
        self._connection = connection

    def watch_for(self, text: str) -> None:
        """Note in `seen` when a message has that text."""
        self._watched.add(text)

    async def hide(self) -> None:
        """Tell the page that nobody looks at it."""
        await self._emit("event", {**self._hide, "args": ["true"]})

    async def stay(self) -> None:
        """Answer pings and take messages until the connection ends."""
        with suppress(ConnectionClosed):
            async for message in self._connection:
                text = str(message)
                if text == _PING:
                    await self._connection.send(_PONG)
                elif text.startswith(_EVENT):
                    self._take(text)

    async def acknowledge(self) -> None:
        """Tell what came, so that the page's history ends there."""
        while True:
            await asyncio.sleep(ACK_SECONDS)
            if self._acknowledged < self._next_message_id:
                self._acknowledged = self._next_message_id
                await self._emit("ack", {"next_message_id": self._next_message_id})

    def _take(self, text: str) -> None:
        self.messages += 1
        for wanted in [each for each in self._watched if each in text]:
            self.seen.setdefault(wanted, time.time())
        number = re.search(r'"_id":\s*(\d+)', text)
        if number:
            self._next_message_id = int(number[1]) + 1

    async def _emit(self, name: str, values: Mapping[str, object]) -> None:
        event = [name, {"client_id": self._client_id, **values}]
        with suppress(ConnectionClosed):
            await self._connection.send(f"{_EVENT}{json.dumps(event)}")


@asynccontextmanager
async def open_tabs(pages: Sequence[Target]) -> AsyncIterator[list[Tab]]:
    """A tab of each page, open while the block runs. Raises `TabFailed`."""
    slots = asyncio.Semaphore(_AT_ONCE)
    work: list[asyncio.Task[None]] = []
    async with AsyncExitStack() as stack, httpx.AsyncClient(timeout=60) as http:

        async def open_one(page: Target) -> Tab:
            async with slots:
                query, hide = await _get_query(http, page)
                tab = Tab(query, hide, await stack.enter_async_context(_connected(page, query)))
                work.extend(asyncio.create_task(act) for act in (tab.stay(), tab.acknowledge()))
                return tab

        try:
            yield await asyncio.gather(*(open_one(page) for page in pages))
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)


async def _get_query(http: httpx.AsyncClient, page: Target) -> tuple[dict[str, str], dict[str, object]]:
    """What the page's script would connect with, and which element and listener hear that it is hidden."""
    reply = await http.get(page.url, headers=dict(page.headers))
    found = _QUERY.search(reply.text)
    if reply.status_code != httpx.codes.OK or not found:
        raise TabFailed(f"a page was answered with {reply.status_code}")
    query = {name: json.dumps(value).strip('"') for name, value in _as_python(found[1]).items()}
    hide = _HIDE.search(reply.text)
    listener: dict[str, object] = {"id": int(hide[1]), "listener_id": hide[2]} if hide else {}
    return query | {"document_id": str(uuid4()), "tab_id": str(uuid4())}, listener


def _as_python(written: str) -> dict[str, object]:
    """NiceGUI writes a Python dictionary, and defines `True` for browsers; a page of JSON is read as well."""
    read: dict[str, object] = ast.literal_eval(
        re.sub(r"\b(true|false)\b", lambda word: word[0].title(), written)
    )
    return read


@asynccontextmanager
async def _connected(page: Target, query: dict[str, str]) -> AsyncIterator[ClientConnection]:
    url = httpx.URL(page.url)
    path = f"/_nicegui_ws/socket.io/?{urlencode({'EIO': 4, 'transport': 'websocket', **query})}"
    headers = dict(page.headers)
    async with connect(
        f"ws://{url.netloc.decode()}{path}", additional_headers=headers, max_size=None
    ) as opened:
        await opened.recv()
        await opened.send(_JOIN)
        answer = str(await opened.recv())
        if not answer.startswith(_JOINED):
            raise TabFailed(f"a page's web socket was refused: {answer}")
        yield opened
