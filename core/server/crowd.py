"""All connections of the server, and the choice of those that are closed."""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from core.limits import ConnectionLimits

if TYPE_CHECKING:
    from uvicorn.server import Protocols


class Unread(NamedTuple):
    """The number of bytes of an answer that wait to be read, and the time since which it is the same."""

    left: int
    since: float


class Crowd(ServerState):
    """All connections, with those that wait for a request's head, and those whose client does not read.

    Times are seconds of `time.monotonic`.
    """

    def __init__(
        self, limits: ConnectionLimits, headers_of_refusals: Iterable[tuple[bytes, bytes]] = ()
    ) -> None:
        super().__init__()
        self.limits = limits
        self.headers_of_refusals = list(headers_of_refusals)
        self._waiting: dict[HttpToolsProtocol, float] = {}
        """Since when each connection waits for a head, oldest first."""
        self._unread: dict[Protocols, Unread] = {}

    def wait_for_head(self, connection: HttpToolsProtocol) -> None:
        """Note that a head is due; with too many connections, close the one that has waited longest."""
        self.stop_waiting(connection)
        self._waiting[connection] = time.monotonic()
        if len(self.connections) > self.limits.max_connections:
            self._close(next(iter(self._waiting)))

    def stop_waiting(self, connection: HttpToolsProtocol) -> None:
        """Note that the head has arrived, or that the connection is closed."""
        self._waiting.pop(connection, None)

    def close_without_head(self, now: float) -> None:
        """Close the connections whose head has not arrived within `head_seconds` before `now`."""
        latest = now - self.limits.head_seconds
        for connection in [one for one, since in self._waiting.items() if since < latest]:
            self._close(connection)

    def drop_unread(self, now: float) -> None:
        """Abort the connections whose client has read nothing for `reader_seconds` before `now`."""
        known, self._unread = self._unread, {}
        for each in list(self.connections):
            left = each.transport.get_write_buffer_size()
            if not left or not _is_done_writing(each):
                continue
            before = known.get(each)
            unread = before if before and before.left == left else Unread(left, now)
            self._unread[each] = unread
            if now - unread.since > self.limits.reader_seconds:
                each.transport.abort()

    def _close(self, connection: HttpToolsProtocol) -> None:
        self.stop_waiting(connection)
        connection.transport.close()


def _is_done_writing(connection: "Protocols") -> bool:
    """Whether the bytes left to send can only become fewer: no more are added until some are read."""
    is_paused = isinstance(connection, HttpToolsProtocol) and connection.flow.write_paused
    return is_paused or connection.transport.is_closing()
