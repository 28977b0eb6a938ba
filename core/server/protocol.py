"""One connection: what is refused before it becomes a request."""

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
    """Sent at once over one connection. For the parser, which stops there."""


class NotOneHost(Exception):
    """A request does not say for which site it is, or says it twice. For the parser, too."""


class LimitedProtocol(HttpToolsProtocol):
    """A connection that ends when no head comes of what it sends, be it too little or too much."""

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(cast(Transport, transport))
        self._fruitless_bytes = 0
        self._running: RequestResponseCycle | None = None
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

    def on_headers_complete(self) -> None:
        if len(self.pipeline) >= self._crowd.limits.max_pipelined_requests:
            # uvicorn reads on after each answer: one who asks without reading would fill the memory.
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

    def handle_websocket_upgrade(self) -> None:
        """What the web socket's own parser refuses without a word would stay open for ever."""
        super().handle_websocket_upgrade()
        upgraded = self.transport.get_protocol()
        if isinstance(upgraded, WebSocketsSansIOProtocol) and not upgraded.handshake_initiated:
            self.send_400_response("This is no handshake of a web socket.")

    def send_400_response(self, msg: str) -> None:
        """The one shape of every error, for what never becomes a request; nothing in midst of an answer."""
        if self.transport.is_closing():
            return
        if self._is_answering:
            self._forget_client()
            self.transport.close()
            return
        response = error_json(ValidationFailed(form_errors=[msg]))
        head = b"".join(name + b": " + value + b"\r\n" for name, value in response.raw_headers)
        start = b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n"
        self.transport.write(start + head + b"\r\n" + bytes(response.body))
        self.transport.close()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: "ASGI3Application") -> None:
        self._running = cycle
        super()._start_asgi_task(cycle, app)

    def _forget_client(self) -> None:
        """uvicorn tells the newest of its requests only, and the one under way writes on and fails."""
        if self._running:
            self._running.disconnected = True
            self._running.message_event.set()

    @property
    def _has_one_host(self) -> bool:
        """As HTTP/1.1 requires it; an older client may leave it out."""
        hosts = sum(name == b"host" for name, _ in self.headers)
        return hosts == 1 or (hosts == 0 and self.parser.get_http_version() == "1.0")

    @property
    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    @property
    def _crowd(self) -> Crowd:
        return cast(Crowd, self.server_state)
