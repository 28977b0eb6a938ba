"""The product's emulator with a record of what it was asked, and faults on demand."""

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.provider.emulator import Emulator

Fault = Callable[[Request], Awaitable[Response | None]]
"""Answers a request in place of whoever was asked; with None the request goes its way."""


@dataclass
class FaultyEmulator(Emulator):
    """`fault` stands before the API, but not before the files; `drawing` is each picture, if given."""

    fault: Fault | None = None
    drawing: bytes | None = None
    requests: deque[tuple[str, str]] = field(default_factory=lambda: deque(maxlen=10_000))

    def routes(self) -> list[Route]:
        return [self._with_fault(route) for route in super().routes()]

    async def picture(self, request: Request) -> Response:
        if self.drawing is None or self._find(request.path_params["id"]) is None:
            return await super().picture(request)
        return Response(self.drawing, media_type="image/png")

    def _with_fault(self, route: Route) -> Route:
        if route.path.startswith("/files/"):
            return route
        answer: Callable[[Request], Awaitable[Response]] = route.endpoint

        async def answer_or_fail(request: Request) -> Any:
            self.requests.append((request.method, request.url.path))
            faulty = await self.fault(request) if self.fault else None
            return faulty or await answer(request)

        return Route(route.path, answer_or_fail, methods=list(route.methods or []))
