"""The server itself: how it is made, looks after its connections, and ends."""

import asyncio
import faulthandler
import logging
import signal
import socket
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from core.limits import ConnectionLimits
from core.server.crowd import Crowd
from core.server.files import allow_files, connections_for
from core.server.protocol import LimitedProtocol
from core.server.sockets import BACKLOG

_TICKS_A_SECOND = 10  # of uvicorn

Goodbye = Callable[[], Awaitable[None]]

logger = logging.getLogger(__name__)


def serve(
    app: ASGIApp, sockets: list[socket.socket], *, say_goodbye: Goodbye, limits: ConnectionLimits
) -> None:
    """Serve `app` on these listening sockets until a signal.

    `say_goodbye` is for open pages that no web socket tells. Then running requests have
    `limits.shutdown_seconds` to end in.
    """
    server = create_server(app, say_goodbye=say_goodbye, limits=limits)
    server.run(sockets)
    if not server.started:
        sys.exit(1)


def create_server(app: ASGIApp, *, say_goodbye: Goodbye, limits: ConnectionLimits) -> "LimitedServer":
    """The server, not yet running; `run` takes its listening sockets."""
    max_connections = connections_for(allow_files(2 * limits.max_connections), limits.max_connections)
    limits = replace(limits, max_connections=max_connections)
    config = uvicorn.Config(
        app,
        http=LimitedProtocol,
        ws=WebSocketsSansIOProtocol,
        ws_max_size=limits.max_socket_message_bytes,
        backlog=BACKLOG,
        access_log=False,  # ours leaves the query out, which carries sign-in codes
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=limits.shutdown_seconds,
    )
    return LimitedServer(config, say_goodbye, limits)


class LimitedServer(uvicorn.Server):
    """Looks after the crowd once a second, and says goodbye to open pages."""

    def __init__(self, config: uvicorn.Config, say_goodbye: Goodbye, limits: ConnectionLimits) -> None:
        super().__init__(config)
        self.server_state: Crowd = Crowd(limits)
        self._limits = limits
        self._say_goodbye = say_goodbye
        self._ticks_a_check = max(1, round(limits.check_seconds * _TICKS_A_SECOND))

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """From here on a signal stops the server and does nothing more.

        uvicorn raises it again at the end, in the midst of the clean-up, and a second one breaks into that.
        """
        if threading.current_thread() is threading.main_thread():
            for each in (signal.SIGTERM, signal.SIGINT):
                signal.signal(each, self.handle_exit)
        yield

    def handle_exit(self, *_: object) -> None:
        """uvicorn takes a second Ctrl+C for leave to cut everything off.

        Whatever hangs in the end is written down with its stack, and the process goes all the same.
        """
        if not self.should_exit:
            faulthandler.dump_traceback_later(self._limits.exit_seconds, exit=True)
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        if counter % self._ticks_a_check == 0:
            now = time.monotonic()
            self.server_state.close_without_head(now)
            self.server_state.drop_unread(now)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()  # before the goodbye, or a page would come back to us
        try:
            async with asyncio.timeout(self._limits.goodbye_seconds):
                await self._say_goodbye()
        except Exception:
            logger.exception("Not every page has heard the goodbye")
        await super().shutdown(sockets)
