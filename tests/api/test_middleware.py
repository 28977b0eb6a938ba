"""The corners of the middleware that a request through the whole application does not reach."""

import asyncio
import socket
import time
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.limits import BodyLimits
from core.logs import request_id
from core.metrics import Metrics
from core.middleware import (
    BodyLimitMiddleware,
    CrossSiteMiddleware,
    ErrorBoundaryMiddleware,
    RequestIdMiddleware,
    SecurityHeadersMiddleware,
    security_headers,
)
from tests.support.servers import serve_in_thread


async def call(app: ASGIApp, /, *received: Message, **changes: Any) -> list[Message]:
    """What `app` sends when it receives these messages, and after them that the client has gone."""
    scope: Scope = {"type": "http", "method": "POST", "path": "/api/x", "headers": [], **changes}
    messages = iter(received)
    sent: list[Message] = []

    async def receive() -> Message:
        return next(messages, {"type": "http.disconnect"})

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent


def part(body: bytes, *, more: bool = True) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers with the body, then waits for what comes after it."""
    message = await receive()
    await Response(message["body"])(scope, receive, send)
    await send(await receive())


async def test_a_body_in_parts_is_handed_on_whole_and_then_the_client_is_heard_again() -> None:
    sent = await call(BodyLimitMiddleware(echo), part(b"one "), part(b""), part(b"two", more=False))
    assert [message.get("body") for message in sent] == [None, b"one two", None]
    assert sent[-1] == {"type": "http.disconnect"}


async def test_a_client_that_leaves_while_sending_is_not_answered(log: StringIO) -> None:
    async def never(*_: object) -> None:
        raise AssertionError

    assert (
        await call(RequestIdMiddleware(BodyLimitMiddleware(never), metrics=Metrics()), part(b'{"prompt":'))
        == []
    )
    assert "POST /api/x 499" in log.getvalue()


async def test_a_body_announced_as_too_long_is_refused_unread() -> None:
    sent = await call(BodyLimitMiddleware(echo), headers=[(b"content-length", b"1000000")])
    assert sent[0]["status"] == 413


@pytest.mark.parametrize("changes", [{"method": "GET"}, {"type": "websocket"}])
async def test_bodies_that_nobody_reads_are_left_alone(changes: dict[str, str]) -> None:
    sent = await call(BodyLimitMiddleware(echo), part(b"x" * 100_000), **changes)
    assert len(sent[1]["body"]) == 100_000


@pytest.mark.parametrize("path", ["/api/x", "/auth/logout", "/dashboard", "/healthz", "/", "/_nicegui/x"])
async def test_bodies_have_a_limit_everywhere(path: str) -> None:
    app = BodyLimitMiddleware(echo)
    sent = await call(app, part(b"x" * (BodyLimits.max_bytes + 1)), path=path)
    assert sent[0]["status"] == 413


async def test_pages_that_poll_may_send_what_their_server_takes() -> None:
    app = BodyLimitMiddleware(echo)
    scope = {"path": "/_nicegui_ws/socket.io/"}
    sent = await call(app, part(b"x" * BodyLimits.max_polling_bytes, more=False), **scope)
    assert len(sent[1]["body"]) == BodyLimits.max_polling_bytes
    sent = await call(app, part(b"x" * (BodyLimits.max_polling_bytes + 1)), **scope)
    assert sent[0]["status"] == 413


async def test_many_bodies_at_once_leave_room_for_a_prompt() -> None:
    app = BodyLimitMiddleware(echo, limits=BodyLimits(max_held_bytes=55_000))
    goes_on = asyncio.Event()

    async def send_slowly() -> int:
        messages = [part(b"", more=False), part(b"x" * 60_000)]
        statuses: list[int] = []

        async def receive() -> Message:
            if len(messages) == 1:
                await goes_on.wait()
            return messages.pop() if messages else {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            statuses.append(message.get("status", 0))

        await app({"type": "http", "method": "POST", "path": "/api/x", "headers": []}, receive, send)
        return statuses[0]

    bodies = [asyncio.create_task(send_slowly()) for _ in range(3)]
    await asyncio.sleep(0.01)
    prompt = await call(app, part(b"a prompt", more=False))
    goes_on.set()
    assert prompt[0]["status"] == 200
    assert sorted(await asyncio.gather(*bodies)) == [200, 503, 503]
    assert app.held_bytes == 0


async def test_a_request_that_the_server_cuts_off_is_told_to_come_again() -> None:
    sent: list[Message] = []

    async def hang(*_: object) -> None:
        await asyncio.sleep(60)

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return part(b"", more=False)

    scope: Scope = {"type": "http", "method": "POST", "path": "/api/x", "headers": []}
    task = asyncio.create_task(ErrorBoundaryMiddleware(hang)(scope, receive, send))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sent[0]["status"] == 503
    assert b"being restarted" in sent[1]["body"]


@pytest.fixture
def address() -> Iterator[tuple[str, int]]:
    """A server on a real socket that waits 0.3 s for a body."""

    async def length(request: Request) -> Response:
        return PlainTextResponse(str(len(await request.body())))

    routes = [Route("/api/x", length, methods=["POST"])]
    app = Starlette(
        routes=routes, middleware=[Middleware(BodyLimitMiddleware, limits=BodyLimits(seconds=0.3))]
    )
    with serve_in_thread(app) as url:
        yield "127.0.0.1", int(url.rpartition(":")[2])


def exchange(address: tuple[str, int], head: bytes, *parts: bytes) -> bytes:
    """All that the server answers until it closes the connection; a pause after each part."""
    with socket.create_connection(address, timeout=5) as connection:
        connection.sendall(b"POST /api/x HTTP/1.1\r\nHost: easel\r\n" + head + b"\r\n\r\n")
        for body in parts:
            connection.sendall(body)
            time.sleep(0.1)
        return b"".join(iter(lambda: connection.recv(4096), b""))


def test_a_body_that_stops_coming_is_given_up(address: tuple[str, int]) -> None:
    answer = exchange(address, b"Content-Length: 100", b"a few bytes")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"connection: close" in answer.lower()
    assert b'"code":"REQUEST_TIMEOUT"' in answer


async def test_a_body_that_drips_is_given_up() -> None:
    async def drip() -> Message:
        await asyncio.sleep(0.01)
        return part(b"x")

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/api/x", "headers": []}
    await BodyLimitMiddleware(echo, limits=BodyLimits(seconds=0.1))(scope, drip, send)
    assert sent[0]["status"] == 408


def test_a_body_that_takes_a_moment_is_waited_for(address: tuple[str, int]) -> None:
    answer = exchange(address, b"Connection: close\r\nContent-Length: 4", b"ab", b"cd")
    assert answer.endswith(b"\r\n\r\n4")


@pytest.mark.parametrize("length", [b"9" * 5000, b"-1", b"1e3"])
def test_a_content_length_that_nobody_can_mean_is_no_error_of_ours(
    address: tuple[str, int], length: bytes
) -> None:
    answer = exchange(address, b"Content-Length: " + length)
    assert answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 413 "))


def test_a_length_that_zeros_hide_is_waited_for(address: tuple[str, int]) -> None:
    assert exchange(address, b"Content-Length: " + b"0" * 5000 + b"9").startswith(b"HTTP/1.1 408 ")


async def break_off(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"half of", "more_body": True})
    raise RuntimeError("broken off")


async def test_an_answer_that_breaks_off_is_not_made_to_look_whole() -> None:
    with pytest.raises(RuntimeError, match="broken off"):
        await call(ErrorBoundaryMiddleware(break_off))


async def test_an_error_on_a_web_socket_is_left_to_the_server() -> None:
    async def fail(*_: object) -> None:
        raise RuntimeError("no socket")

    with pytest.raises(RuntimeError, match="no socket"):
        await call(ErrorBoundaryMiddleware(fail), type="websocket")


async def test_the_id_is_that_of_the_request_alone() -> None:
    seen = []

    async def look(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(request_id.get())

    headers = [(b"x-request-id", b"given-by-me")]
    await call(RequestIdMiddleware(look, metrics=Metrics()), headers=headers)
    await call(RequestIdMiddleware(look, metrics=Metrics()), headers=headers, type="websocket")
    assert seen == ["given-by-me", "-"]


@pytest.mark.parametrize(
    ("origin", "is_refused"), [(b"https://evil.test", True), (b"null", True), (b"https://easel.test", False)]
)
async def test_a_web_socket_of_another_site_is_refused(origin: bytes, *, is_refused: bool) -> None:
    async def accept(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})

    app = CrossSiteMiddleware(accept, allowed_origins=["https://easel.test"])
    [first, *_] = await call(app, type="websocket", headers=[(b"origin", origin)], extensions={})
    assert (first.get("status"), first["type"] == "websocket.accept") == (
        (403, False) if is_refused else (None, True)
    )


async def test_starting_and_stopping_is_nobodys_request() -> None:
    app: ASGIApp = ErrorBoundaryMiddleware(BodyLimitMiddleware(echo_lifespan))
    app = SecurityHeadersMiddleware(CrossSiteMiddleware(app, allowed_origins=[]), headers=[])
    scope: Scope = {"type": "lifespan"}
    assert await call(RequestIdMiddleware(app, metrics=Metrics()), {"type": "lifespan.startup"}, **scope) == [
        {"type": "lifespan.startup.complete"}
    ]


async def echo_lifespan(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": (await receive())["type"] + ".complete"})


@pytest.mark.parametrize("is_https", [True, False])
async def test_security_headers_leave_an_answers_own(*, is_https: bool) -> None:
    own = Response(headers={"Referrer-Policy": "no-referrer"})
    app = SecurityHeadersMiddleware(own, headers=security_headers(is_https=is_https))
    [start, _] = await call(app)
    headers = dict(start["headers"])
    assert len(headers) == len(start["headers"])
    assert headers[b"referrer-policy"] == b"no-referrer"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"x-frame-options"] == b"DENY"
    assert (b"strict-transport-security" in headers) is is_https
