"""A way to the tests' database that can be closed in the middle of things, and opened again."""

import asyncio
from contextlib import suppress
from dataclasses import replace

from sqlalchemy import make_url

from tests.support.database import TestDatabase
from tests.support.servers import free_port


class Gateway:
    """Passes TCP connections on to the server's socket while it is open."""

    def __init__(self, database: TestDatabase) -> None:
        url = make_url(database.serving_url)
        self._port = free_port()
        self._socket = f"{url.query['host']}/.s.PGSQL.{url.query.get('port', 5432)}"
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        through_here = url.set(host="127.0.0.1", port=self._port, query={})
        self.database = replace(database, serving_url=through_here.render_as_string())

    async def open(self) -> None:
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self._port)

    async def close(self) -> None:
        """Refuse connections from now on, and drop those that there are."""
        assert self._server
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        await self._server.wait_closed()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back_reader, back_writer = await asyncio.open_unix_connection(self._socket)
        self._writers |= {writer, back_writer}
        await asyncio.gather(copy_bytes(reader, back_writer), copy_bytes(back_reader, writer))
        self._writers -= {writer, back_writer}


async def copy_bytes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on what comes until it ends, on either side."""
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.transport.abort()
