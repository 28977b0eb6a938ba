"""The HTTP transport under the `replicate` client, which makes up for faults of the client.

The client (1.0.7) repeats GET requests up to ten times and waits for as long as any Retry-After says, has no
time limit for a create, and cannot read a reply whose JSON it does not expect (an `aborted` prediction, for
instance). Here each request is sent once and with time limits, an error status is raised before the client
can repeat the request, and the reply's JSON is kept for Easel to read.
"""

import asyncio
import json
import ssl
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import httpx

from core.metrics import Metrics

if TYPE_CHECKING:
    from collections.abc import Iterator

TIMEOUT = httpx.Timeout(20.0, connect=5.0)


class ErrorStatus(Exception):
    """The provider answered with another status than success."""

    def __init__(self, status: int, retry_after: float | None = None) -> None:
        """`retry_after` is in seconds; None if the answer names no time."""
        super().__init__(f"The provider answered with status {status}")
        self.status = status
        self.retry_after = retry_after


class UnreadableReply(Exception):
    """The provider answered with success, but not with a JSON object of at most `max_reply_bytes`."""


@dataclass
class Reply:
    """The JSON object of the provider's answer, once it has arrived."""

    content: dict[str, Any] = field(default_factory=dict)
    has_come: bool = False


_reply: ContextVar[Reply] = ContextVar("provider_reply")


@contextmanager
def kept_reply() -> "Iterator[Reply]":
    """The reply to the request that is sent inside the block."""
    reply = Reply()
    token = _reply.set(reply)
    try:
        yield reply
    finally:
        _reply.reset(token)


class SendOnceTransport(httpx.AsyncBaseTransport):
    """Sends each request once, within `TIMEOUT`, and keeps the reply; `wrapped` replaces the network.

    Raises `ErrorStatus`, `UnreadableReply` and httpx's errors.
    """

    def __init__(
        self, wrapped: httpx.AsyncBaseTransport | None, max_reply_bytes: int, metrics: Metrics
    ) -> None:
        self._metrics = metrics
        self._max_reply_bytes = max_reply_bytes
        self._reads = wrapped or httpx.AsyncHTTPTransport(verify=_tls())
        # Each create gets a new connection: on a kept one, which the provider may be closing, the create
        # could be lost, and nobody would know whether it was accepted.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._writes = wrapped or httpx.AsyncHTTPTransport(verify=_tls(), limits=limits)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        with self._metrics.timing_call(_call_of(request)) as outcome:
            try:
                response = await self._send(request)
            except ErrorStatus as error:
                outcome.append(str(error.status))
                raise
            except UnreadableReply:
                outcome.append("unreadable")
                raise
            except (httpx.TimeoutException, asyncio.CancelledError):
                outcome.append("timeout")  # the client's limits cancel
                raise
            outcome.append("ok")
            return response

    async def _send(self, request: httpx.Request) -> httpx.Response:
        request.extensions["timeout"] = TIMEOUT.as_dict()
        transport = self._writes if request.method == "POST" else self._reads
        response = await transport.handle_async_request(request)
        try:
            if not response.is_success:
                raise ErrorStatus(response.status_code, await self._retry_after(response))
            body = await self._read(response)
        finally:
            await response.aclose()
        reply = _reply.get()
        reply.content, reply.has_come = _json_object(body), True
        return httpx.Response(response.status_code, content=body, request=request)

    async def aclose(self) -> None:
        await self._reads.aclose()
        await self._writes.aclose()

    async def _retry_after(self, response: httpx.Response) -> float | None:
        """The seconds named in the answer's JSON, where Replicate puts them, or in the header."""
        if response.status_code not in {429, 503}:
            return None
        try:
            named = _json_object(await self._read(response)).get("retry_after")
        except UnreadableReply:
            named = None
        try:
            return max(0.0, float(named if named is not None else response.headers["retry-after"]))
        except (KeyError, TypeError, ValueError, OverflowError):
            return None

    async def _read(self, response: httpx.Response) -> bytes:
        body = b""
        async for part in response.aiter_bytes():
            body += part
            if len(body) > self._max_reply_bytes:
                raise UnreadableReply("too long")
        return body


def _call_of(request: httpx.Request) -> str:
    """What is asked: the API has one path for each, but for ids in it."""
    path = request.url.path
    if request.method == "POST":
        return "cancel" if path.endswith("/cancel") else "create"
    return "list" if path.endswith("/predictions") else "fetch"


@lru_cache
def _tls() -> ssl.SSLContext:
    """One context for all transports, because loading the certificates takes 20 ms."""
    return httpx.create_ssl_context()


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        raise UnreadableReply("not JSON") from None
    if not isinstance(content, dict):
        raise UnreadableReply("not an object")
    return content
