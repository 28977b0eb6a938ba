"""Clients that are slow, silent, endless or greedy: each ends, and nobody else notices."""

import json
import resource
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect as connect_web_socket

from core.limits import ConnectionLimits
from core.server import LimitedServer
from core.server.crowd import Crowd
from core.server.files import allow_files, connections_for
from tests.server.conftest import SHORT_SECONDS, Connect
from tests.support.limits import with_limits
from tests.support.raw_http import all_of, request
from tests.support.waiting import wait_until

SOON = 4 * SHORT_SECONDS
MAX_HEAD_BYTES = ConnectionLimits.max_head_bytes
MAX_PIPELINED_REQUESTS = ConnectionLimits.max_pipelined_requests
MAX_SOCKET_MESSAGE_BYTES = ConnectionLimits.max_socket_message_bytes


def send_until_refused(connection: socket.socket, part: bytes, *, pause: float = 0.0) -> int:
    """How many parts were taken before the connection ended, of 10,000."""
    for taken in range(10_000):
        try:
            connection.sendall(part)
        except OSError:
            return taken
        time.sleep(pause)
    raise AssertionError("all was taken")


def seconds_to_end(connection: socket.socket) -> float:
    started = time.monotonic()
    all_of(connection)
    return time.monotonic() - started


@pytest.mark.parametrize("sent", [b"", b"G", b"GET /say/a HTTP/1.1\r\nHost: ea", b"\r\n" * 5])
def test_a_head_that_does_not_come_is_not_waited_for(connect: Connect, sent: bytes) -> None:
    assert SHORT_SECONDS / 2 < seconds_to_end(connect(sent)) < SOON


def test_a_head_that_drips_is_not_waited_for(connect: Connect) -> None:
    connection = connect(b"GET /say/a HTTP/1.1\r\nX: ")
    assert send_until_refused(connection, b"a", pause=0.05) < SOON / 0.05


def test_a_second_head_is_not_waited_for_either(connect: Connect) -> None:
    connection = connect(request("/say/a") + b"GET /say/b HT")
    assert seconds_to_end(connection) < SOON


@pytest.mark.asvs("4.2.1")
def test_what_is_no_request_ends_the_answer_before_it_without_an_error(
    connect: Connect, running: LimitedServer, caplog: pytest.LogCaptureFixture
) -> None:
    assert all_of(connect(request("/slow") + request("/say/a") + b"\x16\x03\x01 hello\r\n\r\n")) == b""
    wait_until(lambda: not running.server_state.tasks)
    assert "Exception in ASGI application" not in caplog.text


def test_an_answer_that_takes_longer_is_waited_for(connect: Connect) -> None:
    connection = connect(request("/slow"))
    assert b"200 OK" in connection.recv(65536)


@pytest.mark.parametrize(
    ("start", "part"),
    [
        (b"GET /", b"a" * 1000),
        (b"GET /say/a HTTP/1.1\r\nX: ", b"a" * 1000),
        (b"GET /say/a HTTP/1.1\r\n", b"X: " + b"a" * 995 + b"\r\n"),
        (request("/length", "Transfer-Encoding: chunked", method="POST") + b"1;", b"a" * 1000),
        (request("/length", "Transfer-Encoding: chunked", method="POST") + b"0\r\n", b"X: aa\r\n" * 140),
    ],
    ids=["address", "header", "headers", "extension of a part", "trailers"],
)
def test_a_head_without_end_is_refused(connect: Connect, start: bytes, part: bytes) -> None:
    sent = send_until_refused(connect(start), part, pause=0.0002)
    assert sent * len(part) < 50 * MAX_HEAD_BYTES  # what the sockets hold is not ours


def test_too_long_a_head_is_told_so_in_the_shape_of_all_errors(connect: Connect) -> None:
    connection = connect(b"GET /say/a HTTP/1.1\r\nX: " + b"a" * (MAX_HEAD_BYTES + 1))
    head, _, body = connection.recv(65536).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert b"connection: close" in head
    assert json.loads(body)["error"]["details"]["formErrors"] == ["The head of this request is too long."]


def test_what_is_no_request_is_told_so_in_the_shape_of_all_errors(connect: Connect) -> None:
    head, _, body = all_of(connect(b"\x16\x03\x01 hello\r\n\r\n")).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body)["error"]["code"] == "VALIDATION_ERROR"


def test_long_heads_and_long_bodies_that_are_within_limits_pass(connect: Connect) -> None:
    long = "X: " + "a" * 60_000
    connection = connect(request("/say/a", long), request("/say/b", long, "Connection: close"))
    assert all_of(connection).count(b"200 OK") == 2
    headers = ("Content-Length: 1000000", "Connection: close")
    connection = connect(request("/length", *headers, method="POST"), b"x" * 1_000_000)
    assert all_of(connection).endswith(b"\r\n\r\n1000000")


def test_requests_sent_at_once_are_answered_in_turn(connect: Connect) -> None:
    requests = [request(f"/say/{number}.") for number in range(MAX_PIPELINED_REQUESTS)]
    requests[3] = request("/length", "Content-Length: 4", method="POST") + b"body"
    connection = connect(b"".join(requests), request("/say/last", "Connection: close"))
    received = all_of(connection)
    answers = [part.rpartition(b"\r\n\r\n")[2] for part in received.split(b"HTTP/1.1 200 OK")[1:]]
    wanted = [b"%d." % number for number in range(MAX_PIPELINED_REQUESTS)]
    assert answers == [*wanted[:3], b"4", *wanted[4:], b"last"]


def test_requests_without_end_by_one_who_does_not_read_are_not_taken(
    connect: Connect, running: LimitedServer
) -> None:
    connection = connect(receive_buffer=4096)
    connection.settimeout(SOON)
    send_until_refused(connection, request("/slow") * 500)
    wait_until_empty(running, seconds=SHORT_SECONDS)


def test_one_who_does_not_read_is_dropped(connect: Connect, running: LimitedServer) -> None:
    connection = connect(request("/endless"), receive_buffer=4096)
    wait_until(lambda: len(running.server_state.connections) == 1)
    wait_until_empty(running)
    assert running.server_state.tasks == set()
    connection.settimeout(1)
    all_of(connection)


def test_one_who_does_not_read_the_end_is_dropped_too(connect: Connect, running: LimitedServer) -> None:
    connect(*[request("/say/" + "a" * 1000, "Connection: close")], receive_buffer=4096)
    connect(*[request("/say/" + "a" * 20000)] * 90, receive_buffer=4096)
    wait_until_empty(running)


def wait_until_empty(running: LimitedServer, *, seconds: float = 4 * SOON) -> None:
    wait_until(lambda: not running.server_state.connections, seconds)


def test_one_who_reads_slowly_gets_on(connect: Connect) -> None:
    connection = connect(request("/endless"), receive_buffer=4096)
    deadline = time.monotonic() + 6 * SHORT_SECONDS
    while time.monotonic() < deadline:
        assert connection.recv(20_000)
        time.sleep(0.02)


def test_a_web_socket_stays_open_without_a_word(running: LimitedServer, address: tuple[str, int]) -> None:
    with connect_web_socket(f"ws://127.0.0.1:{address[1]}/echo") as web_socket:
        time.sleep(SOON)
        web_socket.send("still there?")
        assert web_socket.recv(timeout=5) == "still there?"
        web_socket.send("a" * MAX_SOCKET_MESSAGE_BYTES)
        assert len(web_socket.recv(timeout=5)) == MAX_SOCKET_MESSAGE_BYTES
        with suppress(ConnectionClosed):
            web_socket.send("a" * (MAX_SOCKET_MESSAGE_BYTES + 1))
        with pytest.raises(ConnectionClosed, match="1009"):
            web_socket.recv(timeout=5)


@pytest.mark.parametrize(
    "headers",
    [["X: " + "a" * 20_000], [f"X{number}: a" for number in range(500)], ["Content-Length: 10"]],
    ids=["a long header", "many headers", "a body"],
)
def test_a_handshake_that_is_none_is_refused(connect: Connect, headers: list[str]) -> None:
    method = "POST" if headers[0].startswith("Content") else "GET"
    handshake = request("/echo", *headers, "Upgrade: websocket", "Connection: Upgrade", method=method)
    assert all_of(connect(handshake)).startswith(b"HTTP/1.1 400 ")


class StubTransport:
    """One whose client reads as the test says."""

    def __init__(self, *, is_closing: bool) -> None:
        self.left = 100
        self.is_aborted = False
        self._is_closing = is_closing

    def get_write_buffer_size(self) -> int:
        return self.left

    def is_closing(self) -> bool:
        return self._is_closing

    def abort(self) -> None:
        self.is_aborted = True


@dataclass(eq=False)
class StubConnection:
    transport: StubTransport


def crowd_of(transport: StubTransport) -> Crowd:
    crowd = Crowd(ConnectionLimits())
    crowd.connections.add(cast(Any, StubConnection(transport)))
    return crowd


def test_the_rest_of_an_answer_is_waited_for_while_it_is_read() -> None:
    transport = StubTransport(is_closing=True)
    crowd = crowd_of(transport)
    # A little is read, more is added, a little is read: slow, but it goes on.
    for now, left in ((0, 100), (25, 90), (50, 110), (75, 90), (100, 80), (125, 80)):
        transport.left = left
        crowd.drop_unread(float(now))
        assert not transport.is_aborted
    crowd.drop_unread(131.0)
    assert transport.is_aborted


def test_what_may_still_be_added_to_is_not_judged() -> None:
    transport = StubTransport(is_closing=False)
    crowd = crowd_of(transport)
    crowd.drop_unread(0.0)
    crowd.drop_unread(100.0)
    assert not transport.is_aborted


@with_limits(connections=ConnectionLimits(head_seconds=60.0, max_connections=5))
def test_in_a_crowd_whoever_waits_longest_makes_room(connect: Connect) -> None:
    busy = connect(request("/slow"))
    idle = [connect() for _ in range(6)]
    assert seconds_to_end(idle[0]) < SHORT_SECONDS
    assert seconds_to_end(idle[1]) < SHORT_SECONDS
    newest = connect(request("/say/hello", "Connection: close"))
    assert all_of(newest).endswith(b"hello")
    assert b"200 OK" in busy.recv(65536)


def test_the_soft_limit_of_open_files_is_raised_to_the_hard_one() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(1024, before[1]), before[1]))
    try:
        assert allow_files(32_768) == before[1]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize(("files", "connections"), [(256, 128), (1024, 512), (20_000, 16_384)])
def test_a_crowd_leaves_files_for_the_rest(files: int, connections: int) -> None:
    assert connections_for(files, 16_384) == connections
