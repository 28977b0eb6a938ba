"""Requests as they are written on the wire: to which host, and with HEAD."""

import json
import time

import pytest

from core.server import LimitedServer
from tests.server.conftest import Connect
from tests.support.raw_http import all_of, request
from tests.support.waiting import wait_until

HOST = "A request has one Host header."


def expect_refusal(answer: bytes) -> None:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"connection: close" in head
    error = json.loads(body)["error"]
    assert (error["code"], error["details"]["formErrors"]) == ("VALIDATION_ERROR", [HOST])


@pytest.mark.asvs("4.2.1")
@pytest.mark.parametrize(
    "head",
    [
        "GET /say/a HTTP/1.1",
        "GET /say/a HTTP/1.1\r\nHost: a\r\nHost: a",
        "GET /say/a HTTP/1.1\r\nHost: a\r\nX: y\r\nhOST: b",
        "GET /say/a HTTP/1.0\r\nHost: a\r\nHost: b",
        "POST /length HTTP/1.1\r\nContent-Length: 2",
        "GET /echo HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket",
    ],
)
def test_a_request_for_no_host_or_for_two_is_refused(connect: Connect, head: str) -> None:
    expect_refusal(all_of(connect(f"{head}\r\n\r\nhi".encode())))


def test_it_is_refused_behind_another_request_too(connect: Connect) -> None:
    connection = connect(request("/say/first"))
    assert connection.recv(65536).endswith(b"first")
    connection.sendall(b"GET /say/second HTTP/1.1\r\n\r\n")
    expect_refusal(all_of(connection))


@pytest.mark.parametrize(
    "head",
    [
        "GET /say/hello HTTP/1.0",
        "GET /say/hello HTTP/1.0\r\nHost: a",
        "GET /say/hello HTTP/1.1\r\nHost:\r\nConnection: close",
        "GET http://a/say/hello HTTP/1.1\r\nHost: b\r\nConnection: close",
    ],
)
def test_one_host_is_enough_and_an_old_client_needs_none(connect: Connect, head: str) -> None:
    answer = all_of(connect(f"{head}\r\n\r\n".encode()))
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"\r\n\r\nhello")


@pytest.mark.parametrize("part", [r"\"", r"\1", r"\101", "\\"])
def test_no_cookie_takes_long_to_read(connect: Connect, part: str) -> None:
    """Nobody is answered meanwhile. Older Pythons took half a minute for one."""
    cookie = f'Cookie: a=1; b="{part * (60_000 // len(part))}"; c=3'
    begun = time.process_time()
    answer = all_of(connect(request("/cookies", cookie, "Connection: close")))
    assert answer.endswith(b"\r\n\r\n3")
    assert time.process_time() - begun < 1


def test_nothing_follows_the_head_but_the_next_answer(connect: Connect) -> None:
    heads = request("/say/first", method="HEAD"), request("/nothing", method="HEAD")
    answer = all_of(connect(*heads, request("/say/last", "Connection: close")))
    parts = answer.split(b"\r\n\r\n")
    assert [part.split(b"\r\n")[0] for part in parts[:3]] == [
        b"HTTP/1.1 200 OK",
        b"HTTP/1.1 404 Not Found",
        b"HTTP/1.1 200 OK",
    ]
    assert b"content-length: 5" in parts[0]
    assert parts[3:] == [b"last"]


def test_what_has_no_end_is_not_read_for_its_head(connect: Connect, running: LimitedServer) -> None:
    connection = connect(request("/endless", method="HEAD"), request("/say/last", "Connection: close"))
    answer = all_of(connection)
    assert answer.count(b"200 OK") == 2
    assert answer.endswith(b"\r\n\r\nlast")
    wait_until(lambda: not running.server_state.tasks, 5)
