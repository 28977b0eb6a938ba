"""A name for each request, and a line in the log."""

import logging
import re
import secrets
import time
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.callers import asker
from core.logs import request_id, visitor_address

_USABLE_REQUEST_ID = re.compile(r"[\w.-]{8,64}", re.ASCII)
_QUIET_PATHS = ("/_nicegui", "/assets/", "/healthz", "/readyz")
_MAX_PATH = 300  # of ours none is as long, and of a stranger's each byte could be nine in the log
_NOT_ANSWERED = 499  # as other servers log a visitor who left before the answer

access_logger = logging.getLogger("easel.access")


class RequestIdMiddleware:
    """Gives each request an id (the caller's, if it is a usable one), and logs whom it was answered, and how.

    The query is never logged: it carries sign-in codes and prompts.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        current_id = _id_of(scope)
        token = request_id.set(current_id)
        client = scope.get("client")
        address_token = visitor_address.set(client[0] if client else None)
        started = time.perf_counter()
        status = _NOT_ANSWERED

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (b"x-request-id", current_id.encode())]
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            _log(scope, status, time.perf_counter() - started)
            request_id.reset(token)
            visitor_address.reset(address_token)


def _id_of(scope: Scope) -> str:
    given = Headers(scope=scope).get("x-request-id", "")
    return given if _USABLE_REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


def _log(scope: Scope, status: int, seconds: float) -> None:
    if not scope["path"].startswith(_QUIET_PATHS):
        path = quote(_shown(scope["path"]))  # a decoded line break would start a line of the visitor's own
        who = asker(scope) or "-"
        access_logger.info("%s %s %d %.0f ms by %s", scope["method"], path, status, seconds * 1000, who)


def _shown(path: str) -> str:
    """Whole parts of it alone: of a token that was cut nobody would know that it is one."""
    return path if len(path) <= _MAX_PATH else f"{path[:_MAX_PATH].rpartition('/')[0]}/..."
