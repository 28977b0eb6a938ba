"""Bodies of requests: how large, how slow and how many at once they may be."""

import asyncio

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import EaselError, PayloadTooLarge, RequestTimedOut, ServiceUnavailable
from core.limits import BodyLimits
from core.middleware.error_response import ErrorPage, error_response, without_page
from core.middleware.methods import SAFE_METHODS
from core.sentences import Sentence

_POLLING_PATH = "/_nicegui_ws/"
_BUSY = Sentence("Easel is very busy. Please try again in a few seconds.")


class BodyLimitMiddleware:
    """Reads a request's body up to a limit of size and time, then hands it on."""

    def __init__(
        self, app: ASGIApp, *, limits: BodyLimits = BodyLimits(), error_page: ErrorPage = without_page
    ) -> None:
        self.app = app
        self.error_page = error_page
        self.limits = limits
        self.held_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            await self.app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self.limits.seconds):
                body = await self._read_body(scope, receive)
        except (PayloadTooLarge, ServiceUnavailable) as error:
            await self._refuse(error, scope, receive, send)
        except TimeoutError:
            await self._refuse(RequestTimedOut(), scope, receive, send)
        else:
            if body is not None:
                await self.app(scope, _replay(body, receive), send)

    async def _refuse(self, error: EaselError, scope: Scope, receive: Receive, send: Send) -> None:
        response = error_response(scope, error, self.error_page)
        response.headers["Connection"] = "close"
        await response(scope, receive, send)

    async def _read_body(self, scope: Scope, receive: Receive) -> bytes | None:
        """The whole body; None when the client has gone.

        Raises `PayloadTooLarge`, and `ServiceUnavailable` where too many bodies are read at once.
        """
        is_polling = scope["path"].startswith(_POLLING_PATH)
        limit = self.limits.max_polling_bytes if is_polling else self.limits.max_bytes
        _check_announced(scope, limit)
        body = bytearray()
        try:
            while (message := await receive())["type"] != "http.disconnect":
                self._add(message.get("body", b""), body, limit)
                if not message.get("more_body", False):
                    return bytes(body)
            return None
        finally:
            self.held_bytes -= self._held(body)

    def _add(self, part: bytes, body: bytearray, limit: int) -> None:
        before = self._held(body)
        body += part
        self.held_bytes += self._held(body) - before
        if len(body) > limit:
            raise PayloadTooLarge
        if self._held(body) and self.held_bytes > self.limits.max_held_bytes:
            raise ServiceUnavailable(_BUSY)

    def _held(self, body: bytearray) -> int:
        return max(0, len(body) - self.limits.beginning_bytes)


def _check_announced(scope: Scope, limit: int) -> None:
    """Raises `PayloadTooLarge`. What zeros hide is counted as it comes: int() refuses thousands of digits."""
    announced = Headers(scope=scope).get("content-length", "0")[:20]
    if not announced.isdecimal() or int(announced) > limit:
        raise PayloadTooLarge


def _replay(body: bytes, receive: Receive) -> Receive:
    """Gives `body` at once and whole, and then what comes after it."""
    is_pending = True

    async def replay() -> Message:
        nonlocal is_pending
        if is_pending:
            is_pending = False
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return replay
