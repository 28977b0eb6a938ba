"""A name for each request, its place in the metrics, and a line in the log."""

import logging
import os
import re
import time
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.callers import asker
from core.logs import ACCESS, asking_owner, request_id, visitor_address
from core.metrics import Metrics

_USABLE_REQUEST_ID = re.compile(r"[\w.-]{8,64}", re.ASCII)
_QUIET_PATHS = ("/_nicegui", "/assets/", "/healthz", "/readyz", "/metrics")
_MAX_PATH = 300  # of ours none is as long, and of a stranger's each byte could be nine in the log
_NOT_ANSWERED = 499  # as other servers log a visitor who left before the answer

access_logger = logging.getLogger(ACCESS)


class RequestIdMiddleware:
    """Gives each request an id (the caller's, if it is a usable one), and logs whom it was answered, and how.

    The query is never logged: it carries sign-in codes and prompts.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        current_id = _id_of(scope)
        token = request_id.set(current_id)
        client = scope.get("client")
        address_token = visitor_address.set(client[0] if client else None)
        owner_token = asking_owner.set(None)
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
            seconds = time.perf_counter() - started
            self.metrics.count_request(scope, status, seconds)
            _log(scope, status, seconds)
            request_id.reset(token)
            visitor_address.reset(address_token)
            asking_owner.reset(owner_token)


def _id_of(scope: Scope) -> str:
    given = Headers(scope=scope).get("x-request-id", "")
    return given if _USABLE_REQUEST_ID.fullmatch(given) else os.urandom(8).hex()


def _log(scope: Scope, status: int, seconds: float) -> None:
    if not scope["path"].startswith(_QUIET_PATHS):
        path = quote(_shown(scope["path"]))  # a decoded line break would start a line of the visitor's own
        who = asker(scope) or "-"
        # These arguments, in this order, are `OF_AN_ANSWER` of core/logs.py too.
        access_logger.info("%s %s %d %d ms by %s", scope["method"], path, status, round(seconds * 1000), who)


def _shown(path: str) -> str:
    """Whole parts of it alone: of a token that was cut nobody would know that it is one."""
    return path if len(path) <= _MAX_PATH else f"{path[:_MAX_PATH].rpartition('/')[0]}/..."
