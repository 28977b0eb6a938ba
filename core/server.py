"""The server: uvicorn, with limits for slow, silent and endless clients, and an end that comes in time.

uvicorn itself waits for ever for a request's head, reads one of any length, takes any number of
requests at once from one connection, and keeps what a client does not read for as long as it likes.
"""

import asyncio
import faulthandler
import logging
import resource
import signal
import socket
import sys
import threading
import time
from asyncio import Transport
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TYPE_CHECKING, NamedTuple, cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from uvicorn.server import ServerState

from core.envelope import error_json
from core.errors import ValidationFailed

if TYPE_CHECKING:
    from uvicorn._types import ASGI3Application
    from uvicorn.server import Protocols

HEAD_SECONDS = 10.0
READER_SECONDS = 30.0
MAX_HEAD_BYTES = 64 * 1024
MAX_PIPELINED_REQUESTS = 100
MAX_CONNECTIONS = 16_384
# What NiceGUI's server takes in one message; its pages send no more.
MAX_SOCKET_MESSAGE_BYTES = 1_000_000
SHUTDOWN_SECONDS = 6
GOODBYE_SECONDS = 1.0
EXIT_SECONDS = 9.5
_BACKLOG = 4096
_TICKS_A_SECOND = 10
# For the database, pictures, the provider and the log, which must not be out of files for a crowd's sake.
_RESERVED_FILES = 512

logger = logging.getLogger(__name__)


def serve(app: ASGIApp, *, host: str, port: int, say_goodbye: Callable[[], Awaitable[None]]) -> None:
    """Serve `app` until a signal; `say_goodbye` is for open pages that no web socket tells.

    Then running requests have `SHUTDOWN_SECONDS` to end in.
    """
    server = create_server(app, host=host, port=port, say_goodbye=say_goodbye)
    server.run()
    if not server.started:
        sys.exit(1)


def create_server(
    app: ASGIApp, *, host: str, port: int, say_goodbye: Callable[[], Awaitable[None]]
) -> "LimitedServer":
    """The server, not yet running."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=LimitedProtocol,
        ws=WebSocketsSansIOProtocol,
        ws_max_size=MAX_SOCKET_MESSAGE_BYTES,
        backlog=_BACKLOG,
        access_log=False,  # ours leaves the query out, which carries sign-in codes
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    return LimitedServer(config, say_goodbye, max_connections=_max_connections(_allow_files()))


def _allow_files() -> int:
    """Raise this process's soft limit of open files to the hard one; returns what it is now.

    The usual 1,024 are used up by as many idle connections.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * MAX_CONNECTIONS if hard == resource.RLIM_INFINITY else hard
    with suppress(ValueError, OSError):  # macOS names a hard limit that it does not grant
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(wanted, soft), hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]


def _max_connections(files: int) -> int:
    return min(MAX_CONNECTIONS, max(files - _RESERVED_FILES, files // 2))


class Unread(NamedTuple):
    """How many bytes of an answer are left to send, and since when it is that many."""

    left: int
    since: float


class Crowd(ServerState):
    """Every connection, those that wait for a request's head, and those whose client does not read."""

    def __init__(self, max_connections: int) -> None:
        super().__init__()
        self._max_connections = max_connections
        self._waiting: dict[HttpToolsProtocol, float] = {}
        """Since when, oldest first."""
        self._unread: dict[Protocols, Unread] = {}

    def wait_for_head(self, connection: HttpToolsProtocol) -> None:
        """A head is due; where there are too many connections, the one that waits longest makes room."""
        self.stop_waiting(connection)
        self._waiting[connection] = time.monotonic()
        if len(self.connections) > self._max_connections:
            self._close(next(iter(self._waiting)))

    def stop_waiting(self, connection: HttpToolsProtocol) -> None:
        self._waiting.pop(connection, None)

    def close_without_head(self, now: float) -> None:
        """Close what has waited too long for a request's head."""
        for connection in [one for one, since in self._waiting.items() if now - since > HEAD_SECONDS]:
            self._close(connection)

    def drop_unread(self, now: float) -> None:
        """Drop the connections whose client has read nothing for too long."""
        known, self._unread = self._unread, {}
        for each in list(self.connections):
            left = each.transport.get_write_buffer_size()
            if not left or not _is_done_writing(each):
                continue
            before = known.get(each)
            unread = before if before and before.left == left else Unread(left, now)
            self._unread[each] = unread
            if now - unread.since > READER_SECONDS:
                each.transport.abort()

    def _close(self, connection: HttpToolsProtocol) -> None:
        self.stop_waiting(connection)
        connection.transport.close()


def _is_done_writing(connection: "Protocols") -> bool:
    """Whether nothing is added to what is left to send until some of it is read."""
    is_paused = isinstance(connection, HttpToolsProtocol) and connection.flow.write_paused
    return is_paused or connection.transport.is_closing()


class TooManyRequests(Exception):
    """Sent at once over one connection. For the parser, which stops there."""


class NotOneHost(Exception):
    """A request does not say for which site it is, or says it twice. For the parser, too."""


class LimitedProtocol(HttpToolsProtocol):
    """A connection that ends when no head comes of what it sends, be it too little or too much."""

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
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
        if self._fruitless_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response("The head of this request is too long.")

    def on_headers_complete(self) -> None:
        if len(self.pipeline) >= MAX_PIPELINED_REQUESTS:
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


class LimitedServer(uvicorn.Server):
    """Looks after the crowd once a second, and says goodbye to open pages."""

    def __init__(
        self, config: uvicorn.Config, say_goodbye: Callable[[], Awaitable[None]], *, max_connections: int
    ) -> None:
        super().__init__(config)
        self.server_state: Crowd = Crowd(max_connections)
        self._say_goodbye = say_goodbye

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """From here on a signal stops the server and does nothing more.

        uvicorn raises it again at the end, in the midst of the clean-up, and a second one breaks into that.
        """
        if threading.current_thread() is threading.main_thread():
            for each in (signal.SIGTERM, signal.SIGINT):
                signal.signal(each, self.handle_exit)
        yield

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """uvicorn takes a second Ctrl+C for leave to cut everything off.

        Whatever hangs in the end is written down with its stack, and the process goes all the same.
        """
        if not self.should_exit:
            faulthandler.dump_traceback_later(EXIT_SECONDS, exit=True)
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        if counter % _TICKS_A_SECOND == 0:
            now = time.monotonic()
            self.server_state.close_without_head(now)
            self.server_state.drop_unread(now)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()  # before the goodbye, or a page would come back to us
        try:
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._say_goodbye()
        except Exception:
            logger.exception("Not every page has heard the goodbye")
        await super().shutdown(sockets)
