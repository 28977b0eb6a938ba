"""What can go wrong with one request to the provider, by what the request is for."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from tests.support.emulator import Fault, FaultyEmulator
from tests.support.faults import DroppedConnection, answering, answering_text

Carry = Callable[[FaultyEmulator, Request], Awaitable[Response]]

_UNHEARD: dict[str, Fault] = {
    "500": answering(500),
    "HTML": answering_text(502, "<!doctype html>"),
    "429": answering(429, {"retry_after": 0}),
}


class OneFault:
    """A fault of the emulator: the next request of that kind meets it, then none does."""

    def __init__(self, emulator: FaultyEmulator) -> None:
        self._emulator = emulator
        self._next: dict[str, str] = {}
        self.met = 0
        """How many requests have gone wrong."""

    def set(self, kind: str, name: str | None) -> None:
        """None for no fault."""
        self._next.pop(kind, None)
        if name:
            self._next[kind] = name

    def clear(self) -> None:
        self._next.clear()

    async def __call__(self, request: Request) -> Response | None:
        kind = _kind(request)
        name = self._next.pop(kind, None)
        if name is None:
            return None
        self.met += 1
        if name == "reply lost":
            await self._carry_out(kind, request)
            return DroppedConnection()
        if name == "dropped":
            return DroppedConnection()
        if name == "402":
            return await answering(402)(request)
        return await _UNHEARD[name](request)

    async def _carry_out(self, kind: str, request: Request) -> None:
        if kind == "create":
            request.scope["path_params"] = dict(
                zip(("owner", "name"), request.url.path.split("/")[3:5], strict=True)
            )
            await self._emulator._create(request)
        elif kind == "cancel":
            request.scope["path_params"] = {"id": request.url.path.split("/")[3]}
            await self._emulator._cancel(request)


FAULTS: dict[str, tuple[str, ...]] = {
    "create": ("500", "HTML", "429", "402", "dropped", "reply lost"),
    "cancel": ("500", "HTML", "429", "dropped", "reply lost"),
    "read": ("500", "HTML", "429", "dropped"),
    "list": ("500", "HTML", "429", "dropped"),
}


def _kind(request: Request) -> str:
    if request.method == "POST":
        return "cancel" if request.url.path.endswith("/cancel") else "create"
    return "list" if request.url.path.endswith("/predictions") else "read"
