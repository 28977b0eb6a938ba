"""The server on a real socket, in front of a small application."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Iterator

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.types import Scope
from starlette.websockets import WebSocket

from core.limits import ConnectionLimits, Limits
from core.middleware import HeadMiddleware
from core.server import LimitedServer, create_server, listen
from tests.support.waiting import wait_until

SHORT_SECONDS = 0.5
Connect = Callable[..., socket.socket]


async def say(request: Request) -> Response:
    return PlainTextResponse(request.path_params["word"])


async def count_cookies(request: Request) -> Response:
    return PlainTextResponse(str(len(request.cookies)))


async def slow(_: Request) -> Response:
    await asyncio.sleep(2.5 * SHORT_SECONDS)
    return PlainTextResponse("slow")


async def length(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def endless(_: Request) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 65536
            await asyncio.sleep(0)

    return StreamingResponse(parts())


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)


async def no_goodbye() -> None:
    """There are no pages."""


def no_page(_: Scope) -> None:
    """Nothing is to be forgotten."""


@pytest.fixture
def limits() -> Limits:
    """Waits half a second for a head, and one for a reader."""
    return Limits(
        connections=ConnectionLimits(
            head_seconds=SHORT_SECONDS, reader_seconds=2 * SHORT_SECONDS, check_seconds=0.1
        )
    )


@pytest.fixture
def listening() -> socket.socket:
    [found] = listen("127.0.0.1", 0)
    return found


@pytest.fixture
def address(listening: socket.socket) -> tuple[str, int]:
    host, port = listening.getsockname()
    return host, port


def small_server(limits: Limits) -> LimitedServer:
    """A server that does not run yet, of a small application."""
    routes = [
        Route("/say/{word}", say),
        Route("/cookies", count_cookies),
        Route("/slow", slow),
        Route("/length", length, methods=["POST"]),
        Route("/endless", endless),
        WebSocketRoute("/echo", echo),
    ]
    app = Starlette(routes=routes, middleware=[Middleware(HeadMiddleware, forget=no_page)])
    return create_server(app, say_goodbye=no_goodbye, limits=limits.connections)


@pytest.fixture
def running(listening: socket.socket, limits: Limits) -> Iterator[LimitedServer]:
    running = small_server(limits)
    thread = threading.Thread(target=running.run, args=[[listening]], daemon=True)
    thread.start()
    wait_until(lambda: running.started)
    yield running
    running.should_exit = True
    running.force_exit = True
    thread.join(timeout=10)
    assert not thread.is_alive()


@pytest.fixture
def connect(running: LimitedServer, address: tuple[str, int]) -> Iterator[Connect]:
    """Opens a connection and sends what it is given; closed after the test."""
    opened: list[socket.socket] = []

    def connect(*sent: bytes, receive_buffer: int = 0) -> socket.socket:
        connection = socket.socket()
        opened.append(connection)
        if receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.settimeout(5)
        connection.connect(address)
        for part in sent:
            connection.sendall(part)
        return connection

    yield connect
    for connection in opened:
        connection.close()
