"""The end of the server: whoever has connected before it is answered, and nobody else is waited for."""

import asyncio
import socket
from dataclasses import replace

import pytest

from core.limits import Limits
from core.server import LimitedServer
from tests.server.conftest import Connect, small_server
from tests.support.raw_http import all_of, request
from tests.support.waiting import wait_until

LONG_SECONDS, SHORT_SECONDS = 30.0, 0.2
HANDSHAKE = (
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: YQ==",
)


@pytest.fixture(params=[LONG_SECONDS])
def limits(limits: Limits, request: pytest.FixtureRequest) -> Limits:
    """When the server ends, the first head of a new connection has as long as the test says."""
    return replace(
        limits,
        connections=replace(limits.connections, head_seconds=LONG_SECONDS, first_head_seconds=request.param),
    )


@pytest.fixture
def new(running: LimitedServer, connect: Connect, address: tuple[str, int]) -> socket.socket:
    """A connection without a request, to a server that takes no more of them."""
    connection = connect()
    wait_until(lambda: len(running.server_state.connections) == 1)
    running.should_exit = True
    wait_until(lambda: is_refused(address))
    return connection


def is_refused(address: tuple[str, int]) -> bool:
    with socket.socket() as connection:
        return connection.connect_ex(address) != 0


def test_a_new_connection_is_answered_once(new: socket.socket) -> None:
    new.sendall(request("/say/hello"))
    answer = all_of(new)
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b"\r\nconnection: close\r\n" in answer
    assert answer.endswith(b"\r\n\r\nhello")


def test_no_web_socket_begins(new: socket.socket) -> None:
    new.sendall(request("/echo", *HANDSHAKE))
    assert all_of(new) == b""


@pytest.mark.parametrize("limits", [SHORT_SECONDS], indirect=True)
def test_a_connection_without_a_request_is_not_waited_for(new: socket.socket) -> None:
    assert all_of(new) == b""


def test_a_connection_that_nobody_has_taken_yet_is_answered(
    listening: socket.socket, address: tuple[str, int], limits: Limits
) -> None:
    """The process was busy: the system has connected, and the server has not seen it."""
    server = small_server(limits)

    async def serve_one() -> bytes:
        server.config.load()
        server.lifespan = server.config.lifespan_class(server.config)
        await server.startup([listening])
        with socket.create_connection(address) as connection:
            connection.sendall(request("/say/hello"))
            await server.shutdown([listening])
            return all_of(connection)

    with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
        assert runner.run(serve_one()).endswith(b"\r\n\r\nhello")
    assert is_refused(address)
