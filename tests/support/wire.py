"""The wire between a client and PostgreSQL, with a count of the statements that pass.

    async with counting(database.serving_url) as wire:
        ...  # work on `wire.url`
        assert wire.statements == ["BEGIN", "SELECT 1", "COMMIT"]

It runs on the caller's event loop: what blocks that loop, such as the start of a process that wants the
database at once, belongs into a thread meanwhile.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from sqlalchemy import URL, make_url

from tests.support.gateway import copy_bytes

_REQUESTS_FOR_ENCRYPTION = {80877103, 80877104}  # SSLRequest, GSSENCRequest
_REFUSED = b"N"
GREETING = "SELECT pg_backend_pid()"
"""By which a pool of Easel's greets a connection that it has opened, whatever that was for."""


@dataclass
class Statements:
    """What was executed, in order, by all connections together.

    A text is the SQL as it was sent, parameters as `$1`: of a prepared statement at each execution. A simple
    query of several statements is one text. `round_trips` is how often a client waited for the server.
    """

    statements: list[str] = field(default_factory=list)
    round_trips: int = 0

    @property
    def count(self) -> int:
        return len(self.statements)

    def clear(self) -> None:
        self.statements.clear()
        self.round_trips = 0


@dataclass
class Wire(Statements):
    """`url` leads to the same database, by way of the counting."""

    url: str = ""


@asynccontextmanager
async def counting(database_url: str) -> AsyncIterator[Wire]:
    """Pass connections on to the server of that URL of SQLAlchemy's, by TCP or Unix socket, unencrypted."""
    target, writers = make_url(database_url), set[asyncio.StreamWriter]()
    wire = Wire()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.add(writer)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            startup = await _read_startup(reader, writer)
            back_reader, back_writer = await _connect(target)
            writers.add(back_writer)
            back_writer.write(startup)
            await asyncio.gather(
                _copy_counted(reader, back_writer, Messages(wire)), copy_bytes(back_reader, writer)
            )
            writers.discard(back_writer)
        writer.transport.abort()
        writers.discard(writer)

    server = await asyncio.start_server(pass_on, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    query = {name: value for name, value in target.query.items() if name not in ("host", "port")}
    wire.url = target.set(host="127.0.0.1", port=port, query=query).render_as_string(hide_password=False)
    try:
        yield wire
    finally:
        server.close()
        for writer in writers:
            writer.transport.abort()
        await server.wait_closed()


class Messages:
    """What a client sends after the startup: takes bytes, and counts executions in `into`."""

    def __init__(self, into: Statements) -> None:
        self._into = into
        self._unread = bytearray()
        self._prepared: dict[bytes, str] = {}
        self._portals: dict[bytes, str] = {}

    def feed(self, data: bytes) -> None:
        """Bytes as they come, cut anywhere."""
        self._unread += data
        start = 0
        while (end := self._end_of_message(start)) <= len(self._unread):
            self._count(self._unread[start : start + 1], bytes(self._unread[start + 5 : end]))
            start = end
        del self._unread[:start]

    def _end_of_message(self, start: int) -> int:
        """A message is its type, its length without the type, and its body."""
        head = start + 5
        if len(self._unread) < head:
            return head
        return start + 1 + int.from_bytes(self._unread[start + 1 : head])

    def _count(self, kind: bytes | bytearray, body: bytes) -> None:
        first, _, rest = body.partition(b"\0")
        second = rest.partition(b"\0")[0]
        if kind == b"Q":
            self._into.statements.append(first.decode())
            self._into.round_trips += 1
        elif kind == b"P":
            self._prepared[first] = second.decode()
        elif kind == b"B":
            self._portals[first] = self._prepared.get(second, second.decode())
        elif kind == b"E":
            self._into.statements.append(self._portals.get(first, first.decode()))
        elif kind == b"S":
            self._into.round_trips += 1


async def _read_startup(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """The message that opens a connection, in the clear: encryption is refused before it."""
    while True:
        head = await reader.readexactly(8)
        if int.from_bytes(head[4:]) not in _REQUESTS_FOR_ENCRYPTION:
            return head + await reader.readexactly(int.from_bytes(head[:4]) - 8)
        writer.write(_REFUSED)


async def _connect(target: URL) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """psycopg takes host and port from the URL's query as well, and a folder as a host."""
    host = str(target.query.get("host") or target.host or "127.0.0.1")
    port = int(str(target.query.get("port") or target.port or 5432))
    if host.startswith("/"):
        return await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
    return await asyncio.open_connection(host, port)


async def _copy_counted(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, messages: Messages
) -> None:
    """Counted before it is sent: whoever has an answer finds the statement in the count."""
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            messages.feed(data)
            writer.write(data)
            await writer.drain()
    writer.transport.abort()
