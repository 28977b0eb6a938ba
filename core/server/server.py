"""The server itself: its creation, the checks of its connections, and its shutdown."""

import asyncio
import faulthandler
import logging
import signal
import socket
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import uvicorn
from starlette.types import ASGIApp

from core.limits import ConnectionLimits
from core.server.crowd import Crowd
from core.server.files import allow_files, connections_for
from core.server.handshake import LimitedSocketProtocol
from core.server.protocol import LimitedProtocol
from core.server.sockets import BACKLOG

_TICKS_A_SECOND = 10  # uvicorn's

Goodbye = Callable[[], Awaitable[None]]

logger = logging.getLogger(__name__)


def serve(
    app: ASGIApp,
    sockets: list[socket.socket],
    *,
    say_goodbye: Goodbye,
    limits: ConnectionLimits,
    trusted_proxies: Iterable[str],
    headers_of_refusals: Iterable[tuple[bytes, bytes]],
) -> None:
    """Serve `app` on these listening sockets until a signal arrives.

    Then `say_goodbye` tells the open pages that have no web socket, and running requests have
    `limits.shutdown_seconds` to end. Exits with status 1 when the server does not start.
    `X-Forwarded-For` and `-Proto` are believed of `trusted_proxies`, addresses and networks, alone.
    `headers_of_refusals` go with what is refused before it becomes a request that `app` sees.
    """
    server = create_server(
        app,
        say_goodbye=say_goodbye,
        limits=limits,
        trusted_proxies=trusted_proxies,
        headers_of_refusals=headers_of_refusals,
    )
    server.run(sockets)
    if not server.started:
        sys.exit(1)


def create_server(
    app: ASGIApp,
    *,
    say_goodbye: Goodbye,
    limits: ConnectionLimits,
    trusted_proxies: Iterable[str] = (),
    headers_of_refusals: Iterable[tuple[bytes, bytes]] = (),
) -> "LimitedServer":
    """A server that does not run yet; its `run` takes the listening sockets."""
    max_connections = connections_for(allow_files(2 * limits.max_connections), limits.max_connections)
    limits = replace(limits, max_connections=max_connections)
    config = uvicorn.Config(
        app,
        http=LimitedProtocol,
        ws=LimitedSocketProtocol,
        ws_max_size=limits.max_socket_message_bytes,
        backlog=BACKLOG,
        access_log=False,  # Easel's own leaves out the query, which has sign-in codes
        log_config=None,
        server_header=False,
        forwarded_allow_ips=list(trusted_proxies),
        timeout_graceful_shutdown=limits.shutdown_seconds,
    )
    return LimitedServer(config, say_goodbye, Crowd(limits, headers_of_refusals))


class LimitedServer(uvicorn.Server):
    """Checks its connections every `check_seconds`, and says goodbye to open pages before it ends."""

    def __init__(self, config: uvicorn.Config, say_goodbye: Goodbye, crowd: Crowd) -> None:
        super().__init__(config)
        self.server_state: Crowd = crowd
        self._limits = crowd.limits
        self._say_goodbye = say_goodbye
        self._ticks_a_check = max(1, round(self._limits.check_seconds * _TICKS_A_SECOND))

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Have a signal stop the server and nothing more.

        uvicorn would raise the signal again at the end, and so interrupt the clean-up.
        """
        if threading.current_thread() is threading.main_thread():
            for each in (signal.SIGTERM, signal.SIGINT):
                signal.signal(each, self.handle_exit)
        yield

    def handle_exit(self, *_: object) -> None:
        """Begin the shutdown; further signals change nothing, whereas uvicorn would then drop all requests.

        After `exit_seconds` the stacks of all threads are logged, and the process ends by force.
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
        # Before the goodbye, or pages would connect to this process again.
        await self._stop_listening(sockets or [])
        try:
            async with asyncio.timeout(self._limits.goodbye_seconds):
                await self._say_goodbye()
        except Exception:
            logger.exception("Not every page was told that the server stops")
        await super().shutdown()

    async def _stop_listening(self, sockets: list[socket.socket]) -> None:
        """Take who is in the queues of the listening sockets, which the system would drop with them."""
        queues = [each.dup() for each in sockets]
        for server in self.servers:
            server.close()
        await asyncio.sleep(0)  # uvloop closes them in its next turn
        for each in sockets:
            each.close()
        for accepted in [each for queue in queues for each in _accepted(queue)]:
            await asyncio.get_running_loop().connect_accepted_socket(self._create_protocol, accepted)

    def _create_protocol(self) -> asyncio.Protocol:
        """A connection, as uvicorn makes it; nothing of ours is kept in the application's state."""
        return LimitedProtocol(self.config, self.server_state, app_state={})


def _accepted(queue: socket.socket) -> list[socket.socket]:
    """The connections that nobody has taken from a queue; it is closed."""
    accepted = []
    queue.setblocking(False)
    with queue, suppress(OSError):
        while True:
            accepted.append(queue.accept()[0])
    return accepted
