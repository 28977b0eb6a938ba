"""What every request passes, pages and API alike. Plain ASGI: a JSON route pays next to nothing for it."""

import asyncio
import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable
from urllib.parse import quote

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.envelope import error_json
from core.errors import (
    EaselError,
    Forbidden,
    InternalError,
    PayloadTooLarge,
    RequestTimedOut,
    ServiceUnavailable,
)
from core.logs import request_id

MAX_BODY_BYTES = 64 * 1024
# What NiceGUI's pages send at once when they poll, for want of a web socket.
MAX_POLLING_BODY_BYTES = 1_000_000
# Of all bodies that are being read, without their beginnings: a prompt always finds room.
MAX_HELD_BYTES = 32 * 1024 * 1024
BODY_TIMEOUT_SECONDS = 15.0
_BEGINNING_BYTES = 8 * 1024
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_USABLE_REQUEST_ID = re.compile(r"[\w.-]{8,64}", re.ASCII)
_POLLING_PATH = "/_nicegui_ws/"
_QUIET_PATHS = ("/_nicegui", "/assets/", "/healthz", "/readyz")
_BUSY = "Easel is very busy. Please try again in a few seconds."
_RESTARTING = "Easel is being restarted. Please try again in a few seconds."
_NOT_ANSWERED = 499  # as other servers log a visitor who left before the answer

access_logger = logging.getLogger("easel.access")
logger = logging.getLogger(__name__)

ErrorPage = Callable[[EaselError], Response]


class RequestIdMiddleware:
    """Gives each request an id (the caller's, if it is a usable one), and logs how it was answered.

    The query is never logged: it carries sign-in codes and prompts.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        current_id = given if _USABLE_REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        token = request_id.set(current_id)
        started = time.perf_counter()
        status = _NOT_ANSWERED

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = current_id
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            if not scope["path"].startswith(_QUIET_PATHS):
                milliseconds = (time.perf_counter() - started) * 1000
                path = quote(scope["path"])  # a decoded line break would start a line of the visitor's own
                access_logger.info("%s %s %d %.0f ms", scope["method"], path, status, milliseconds)
            request_id.reset(token)


class SecurityHeadersMiddleware:
    """Headers that keep a browser from framing, sniffing or leaking; an answer's own ones win."""

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        self.app = app
        self.headers = {
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Content-Security-Policy": "frame-ancestors 'none'; base-uri 'self'; object-src 'none'",
            "Referrer-Policy": "same-origin",
            "Cross-Origin-Opener-Policy": "same-origin",
        }
        if is_https:
            self.headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


class CrossSiteMiddleware:
    """Refuses what another site's page sends to change something, and its web sockets."""

    def __init__(
        self, app: ASGIApp, *, allowed_origins: Iterable[str], error_page: ErrorPage = error_json
    ) -> None:
        self.app = app
        self.error_page = error_page
        self.allowed_origins = frozenset(allowed_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._is_refused(scope):
            await error_response(scope, Forbidden(), self.error_page)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _is_refused(self, scope: Scope) -> bool:
        if scope["type"] == "lifespan" or scope.get("method") in _SAFE_METHODS:
            return False
        headers = Headers(scope=scope)
        if headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return True
        origin = headers.get("origin")
        return origin is not None and origin not in self.allowed_origins


class BodyLimitMiddleware:
    """Reads a request's body up to a limit of size and time, then hands it on."""

    def __init__(self, app: ASGIApp, *, error_page: ErrorPage = error_json) -> None:
        self.app = app
        self.error_page = error_page
        self.held_bytes = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in _SAFE_METHODS:
            await self.app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(BODY_TIMEOUT_SECONDS):
                body = await self._read_body(scope, receive)
        except (PayloadTooLarge, ServiceUnavailable, TimeoutError) as problem:
            error = problem if isinstance(problem, EaselError) else RequestTimedOut()
            response = error_response(scope, error, self.error_page)
            response.headers["Connection"] = "close"
            await response(scope, receive, send)
            return
        if body is not None:
            await self.app(scope, _replay(body, receive), send)

    async def _read_body(self, scope: Scope, receive: Receive) -> bytes | None:
        """The whole body; None when the client has gone.

        Raises `PayloadTooLarge`, and `ServiceUnavailable` where too many bodies are read at once.
        """
        limit = MAX_POLLING_BODY_BYTES if scope["path"].startswith(_POLLING_PATH) else MAX_BODY_BYTES
        # Cut short because int() refuses thousands of digits; what zeros hide is counted as it comes.
        announced = Headers(scope=scope).get("content-length", "0")[:20]
        if not announced.isdecimal() or int(announced) > limit:
            raise PayloadTooLarge
        body = bytearray()
        held = 0
        try:
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    return None
                body += message.get("body", b"")
                if len(body) > limit:
                    raise PayloadTooLarge
                self.held_bytes -= held
                held = max(0, len(body) - _BEGINNING_BYTES)
                self.held_bytes += held
                if held and self.held_bytes > MAX_HELD_BYTES:
                    raise ServiceUnavailable(_BUSY)
                if not message.get("more_body", False):
                    return bytes(body)
        finally:
            self.held_bytes -= held


class ErrorBoundaryMiddleware:
    """Turns an error that nothing else has handled into a logged, well-formed 500."""

    def __init__(self, app: ASGIApp, *, error_page: ErrorPage = error_json) -> None:
        self.app = app
        self.error_page = error_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_started = is_complete = False

        async def watched_send(message: Message) -> None:
            nonlocal has_started, is_complete
            has_started = has_started or message["type"] == "http.response.start"
            is_complete = message["type"] == "http.response.body" and not message.get("more_body")
            await send(message)

        try:
            await self.app(scope, receive, watched_send)
        except asyncio.CancelledError:
            # By the server, which stops and has waited long enough.
            if scope["type"] == "http" and not has_started:
                response = error_response(scope, ServiceUnavailable(_RESTARTING), self.error_page)
                await response(scope, receive, send)
            raise
        except Exception as error:
            if is_complete:
                return  # Starlette answers and raises; whoever answered has logged it
            if scope["type"] != "http" or has_started:
                raise
            if not isinstance(error, EaselError):
                logger.exception("Unexpected error")
                error = InternalError()
            await error_response(scope, error, self.error_page)(scope, receive, send)


def error_response(scope: Scope, error: EaselError, error_page: ErrorPage) -> Response:
    """The error as JSON for programs, as a page for people."""
    if scope["type"] == "websocket":
        return Response(status_code=error.status)
    return error_page(error) if _is_for_people(scope) else error_json(error)


def _is_for_people(scope: Scope) -> bool:
    return not scope["path"].startswith(("/api/", "/healthz", "/readyz"))


def _replay(body: bytes, receive: Receive) -> Receive:
    is_pending = True

    async def replay() -> Message:
        nonlocal is_pending
        if is_pending:
            is_pending = False
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return replay
