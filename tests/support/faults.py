"""Ways in which a provider misbehaves, each with a name; and a record of what it was sent."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import Address, Headers
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from tests.support.emulator import Fault
from tests.support.provider import answering, answering_text, dropping, hanging

HTML = "<!doctype html><title>Down for maintenance</title>"


async def _dripping(_: Request) -> Response:
    """A byte now and then, for ever: each read is quick, the reply never ends."""

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
NEVER_ENDING: dict[str, Fault] = {"a hang": hanging(), "a reply that drips": _dripping}


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
