"""One connection: bytes that are refused before they become a request."""

from asyncio import BaseTransport, Transport
from typing import TYPE_CHECKING, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from core.envelope import error_json
from core.errors import ValidationFailed
from core.server.crowd import Crowd

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application


class TooManyRequests(Exception):
    """Too many pipelined requests. Raised to stop the parser."""


class NotOneHost(Exception):
    """A request with no Host header, or with several. Raised to stop the parser."""


class LimitedProtocol(HttpToolsProtocol):
    """A connection that is closed when its bytes do not form a head within the limits of time and size.

    The methods extend those of uvicorn's protocol, which asyncio and httptools call.
    """

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(cast(Transport, transport))
        self._fruitless_bytes = 0
        self._running: RequestResponseCycle | None = None
        self._is_ending = False
        self._crowd.wait_for_head(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._crowd.stop_waiting(self)
        self._forget_client()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._fruitless_bytes += len(data)
        super().data_received(data)
        if self._fruitless_bytes > self._crowd.limits.max_head_bytes and not self.transport.is_closing():
            self.send_400_response("The head of this request is too long.")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take the backslashes out of cookies: none of ours has any, and Python before 3.11.10 and 3.12.6
        takes half a minute for as many of them as a head may have."""
        if b"\\" in value and name.lower() == b"cookie":
            value = value.replace(b"\\", b"")
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if len(self.pipeline) >= self._crowd.limits.max_pipelined_requests:
            # uvicorn goes on reading after each answer: a client that never reads would fill the memory.
            raise TooManyRequests
        if not self._has_one_host:
            self.send_400_response("A request has one Host header.")
            raise NotOneHost
        self._fruitless_bytes = 0
        self._crowd.stop_waiting(self)
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._fruitless_bytes = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._fruitless_bytes = 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.cycle.response_complete and not self.transport.is_closing():
            self._crowd.wait_for_head(self)

    def shutdown(self) -> None:
        """Close once what runs is answered; the first request of a new connection may be under way.

        A proxy that was refused by the other processes has nobody else to ask.
        """
        self._is_ending = True
        if self.cycle is None:
            self.loop.call_later(self._crowd.limits.first_head_seconds, self._close_unless_asked)
        else:
            super().shutdown()

    def handle_websocket_upgrade(self) -> None:
        """Answer 400 to a bad handshake: the web socket's parser says nothing and leaves it open for ever.

        Nothing that may stay open for hours begins while the server ends.
        """
        if self._is_ending:
            self.transport.close()
            return
        super().handle_websocket_upgrade()
        upgraded = self.transport.get_protocol()
        if isinstance(upgraded, WebSocketsSansIOProtocol) and not upgraded.handshake_initiated:
            self.send_400_response("This is no handshake of a web socket.")

    def send_400_response(self, msg: str) -> None:
        """Answer with the API's error format and close; in the middle of another answer, only close."""
        if self.transport.is_closing():
            return
        if self._is_answering:
            self._forget_client()
            self.transport.close()
            return
        response = error_json(ValidationFailed(form_errors=[msg]))
        headers = [*response.raw_headers, *self._crowd.headers_of_refusals]
        head = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
        start = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n"
        self.transport.write(start + head + b"\r\n" + bytes(response.body))
        self.transport.close()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: "ASGI3Application") -> None:
        self._running = cycle
        if self._is_ending:
            cycle.keep_alive = False
        super()._start_asgi_task(cycle, app)

    def _close_unless_asked(self) -> None:
        if self.cycle is None:
            self.transport.close()

    def _forget_client(self) -> None:
        """Tell the running request that its client is gone: uvicorn tells only the newest request, and the
        running one would write on and fail."""
        if self._running:
            self._running.disconnected = True
            self._running.message_event.set()

    @property
    def _has_one_host(self) -> bool:
        """Whether there is one Host header, as HTTP/1.1 requires; HTTP/1.0 may have none."""
        hosts = sum(name == b"host" for name, _ in self.headers)
        return hosts == 1 or (hosts == 0 and self.parser.get_http_version() == "1.0")

    @property
    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    @property
    def _crowd(self) -> Crowd:
        return cast(Crowd, self.server_state)
