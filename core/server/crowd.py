"""Every connection of the server, and which of them have to go."""

import time
from typing import TYPE_CHECKING, NamedTuple

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from core.limits import ConnectionLimits

if TYPE_CHECKING:
    from uvicorn.server import Protocols


class Unread(NamedTuple):
    """How many bytes of an answer are left to send, and since when it is that many."""

    left: int
    since: float


class Crowd(ServerState):
    """Every connection, those that wait for a request's head, and those whose client does not read."""

    def __init__(self, limits: ConnectionLimits) -> None:
        super().__init__()
        self.limits = limits
        self._waiting: dict[HttpToolsProtocol, float] = {}
        """Since when, oldest first."""
        self._unread: dict[Protocols, Unread] = {}

    def wait_for_head(self, connection: HttpToolsProtocol) -> None:
        """A head is due; where there are too many connections, the one that waits longest makes room."""
        self.stop_waiting(connection)
        self._waiting[connection] = time.monotonic()
        if len(self.connections) > self.limits.max_connections:
            self._close(next(iter(self._waiting)))

    def stop_waiting(self, connection: HttpToolsProtocol) -> None:
        self._waiting.pop(connection, None)

    def close_without_head(self, now: float) -> None:
        """Close what has waited too long for a request's head."""
        latest = now - self.limits.head_seconds
        for connection in [one for one, since in self._waiting.items() if since < latest]:
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
            if now - unread.since > self.limits.reader_seconds:
                each.transport.abort()

    def _close(self, connection: HttpToolsProtocol) -> None:
        self.stop_waiting(connection)
        connection.transport.close()


def _is_done_writing(connection: "Protocols") -> bool:
    """Whether nothing is added to what is left to send until some of it is read."""
    is_paused = isinstance(connection, HttpToolsProtocol) and connection.flow.write_paused
    return is_paused or connection.transport.is_closing()
