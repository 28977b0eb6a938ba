"""A link between a browser and Easel that takes its time, and can be cut."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.support.servers import free_port

_PART = 65536


class SlowLink:
    """Passes TCP connections on to `target`; each part arrives `delay_seconds` after it was sent."""

    def __init__(self, target: int, delay_seconds: float = 0.0) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.is_cut = False
        self._target = target
        self._delay_seconds = delay_seconds
        self._writers: set[asyncio.StreamWriter] = set()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["SlowLink"]:
        server = await asyncio.start_server(self._pass_on, "127.0.0.1", self.port)
        try:
            yield self
        finally:
            server.close()
            self.cut()

    def cut(self) -> None:
        """Drop every connection, with what is on its way, and refuse new ones until `mend`."""
        self.is_cut = True
        for writer in self._writers:
            writer.transport.abort()

    def mend(self) -> None:
        self.is_cut = False

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.is_cut:
            writer.transport.abort()
            return
        try:
            back_reader, back_writer = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.transport.abort()
            return
        self._writers |= {writer, back_writer}
        await asyncio.gather(self._carry(reader, back_writer), self._carry(back_reader, writer))
        self._writers -= {writer, back_writer}

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """In order, and as many parts at once as there are: a slow link is not a narrow one."""
        loop = asyncio.get_running_loop()
        on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def deliver() -> None:
            while True:
                due, part = await on_the_way.get()
                await asyncio.sleep(due - loop.time())
                if not part:
                    return
                writer.write(part)
                await writer.drain()

        delivery = asyncio.create_task(deliver())
        part = b"something"
        while part:
            try:
                part = await reader.read(_PART)
            except ConnectionError:
                part = b""
            on_the_way.put_nowait((loop.time() + self._delay_seconds, part))
        with suppress(ConnectionError):
            await delivery
        writer.close()
