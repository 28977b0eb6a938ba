"""Faults: ways in which a provider misbehaves, how they are combined, and a record of what was sent."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import Address, Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from tests.support.emulator import Fault

HTML = "<!doctype html><title>Down for maintenance</title>"


def answering(status: int, body: object = None, *, method: str | None = None) -> Fault:
    """A fault: answers requests (of `method` only, if given) with that status and JSON body."""

    async def fault(request: Request) -> Response | None:
        if method and request.method != method:
            return None
        return JSONResponse(body if body is not None else {"title": "no", "status": status}, status)

    return fault


def answering_text(status: int, text: str, media_type: str = "text/html") -> Fault:
    """A fault: that text to every request."""

    async def fault(_: Request) -> Response:
        return Response(text, status, media_type=media_type)

    return fault


def answering_bytes(content: bytes, status: int = 200, **headers: str) -> Fault:
    """A fault: these bytes to every request; `_` in the name of a header stands for `-`."""

    async def fault(_: Request) -> Response:
        return Response(content, status, headers={name.replace("_", "-"): headers[name] for name in headers})

    return fault


def hanging(seconds: float = 30.0, *, method: str | None = None) -> Fault:
    """A fault: no answer for that long."""

    async def fault(request: Request) -> Response | None:
        if not method or request.method == method:
            await asyncio.sleep(seconds)
        return None

    return fault


class DroppedConnection(Response):
    """Promises more bytes than it sends, and hangs up."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        headers = [(b"content-length", b"1000"), (b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b'{"id": ', "more_body": True})
        raise ConnectionAbortedError("dropped on purpose")


def dropping(*, method: str | None = None) -> Fault:
    """A fault: the connection breaks in the middle of an answer."""

    async def fault(request: Request) -> Response | None:
        return DroppedConnection() if not method or request.method == method else None

    return fault


async def dripping(_: Request) -> Response:
    """A fault: a byte now and then, for ever. Each read is quick, the reply never ends."""

    async def drops() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.02)

    return StreamingResponse(drops(), media_type="application/json")


async def _not_utf8(_: Request) -> Response:
    return Response(b"\xff{", media_type="application/json; charset=utf-16")


# Nobody can say after one of these whether a request was carried out.
NO_ANSWER: dict[str, Fault] = {
    "500": answering(500),
    "502 in HTML": answering_text(502, HTML),
    "503": answering(503),
    "a redirect": answering_text(302, ""),
    "200 in HTML": answering_text(200, HTML),
    "no body": answering_text(200, "", "application/json"),
    "not UTF-8": _not_utf8,
    "a list": answering(200, [{"id": "p1", "status": "starting"}]),
    "null": answering_text(200, "null", "application/json"),
    "a number too long to read": answering_text(200, "9" * 5000, "application/json"),
    "nested without end": answering_text(200, "[" * 200_000, "application/json"),
    "a huge reply": answering(200, {"id": "p1", "status": "succeeded", "logs": "x" * 1_100_000}),
    "a dropped connection": dropping(),
}
NEVER_ENDING: dict[str, Fault] = {"a hang": hanging(), "a reply that drips": dripping}


def answering_in_turn(*faults: Fault | None) -> Fault:
    """A fault: each request meets the next of `faults` (None: no fault), and then none."""
    left = list(faults)

    async def fault(request: Request) -> Response | None:
        current = left.pop(0) if left else None
        return await current(request) if current else None

    return fault


def on_arrival(do: Callable[[], Awaitable[None] | None]) -> Fault:
    """Not a fault in itself: calls `do` when a request has arrived, before it is answered."""

    async def fault(_: Request) -> None:
        done = do()
        if done is not None:
            await done

    return fault


@dataclass
class Record:
    """A fault that harms nothing and keeps what it was sent, and from which address."""

    headers: list[Headers] = field(default_factory=list)
    callers: list[Address | None] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)

    async def __call__(self, request: Request) -> None:
        self.headers.append(request.headers)
        self.callers.append(request.client)
        self.bodies.append(await request.json() if await request.body() else {})
