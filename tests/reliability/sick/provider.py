"""A provider that is ill in every way we know, on demand."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from tests.support.emulator import Fault, FaultyEmulator
from tests.support.faults import NEVER_ENDING, NO_ANSWER, answering
from tests.support.gateway import copy_bytes
from tests.support.images import picture
from tests.support.servers import free_port, serve_in_thread

ILLNESSES: dict[str, Fault | str] = {
    **NEVER_ENDING,
    **NO_ANSWER,
    "429, retry after 5 s": answering(429, {"retry_after": 5}),
    "503, retry after 300 years": answering(503, {"retry_after": 10**10}),
    "429, retry after a number with 400 digits": answering(429, {"retry_after": 10**400}),
    "bytes that are no HTTP": "nonsense",
    "connection refused": "refused",
}


@dataclass
class SickProvider:
    """The emulator behind a door of its own, ill on demand; keeps when it was called."""

    emulator_port: int
    emulator: FaultyEmulator
    port: int = field(default_factory=free_port)
    calls: list[float] = field(default_factory=list)
    _babbles: bool = False
    _door: asyncio.Server | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def open(self) -> None:
        self._door = await asyncio.start_server(self._answer, "127.0.0.1", self.port)

    async def close(self) -> None:
        """Refuse connections, and drop those that there are."""
        assert self._door
        self._door.close()
        self._drop()
        await self._door.wait_closed()

    @asynccontextmanager
    async def ill(self, illness: Fault | str) -> AsyncIterator[None]:
        self._babbles = illness == "nonsense"
        self.emulator.fault = None if isinstance(illness, str) else illness
        if illness == "refused":
            await self.close()
        elif self._babbles:
            self._drop()
        yield
        if illness == "refused":
            await self.open()
        self._babbles, self.emulator.fault = False, None

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._babbles:
            self.calls.append(time.monotonic())
            writer.write(b"\x16\x03\x01\x00\xff nonsense \x00\r\n\r\n")
            writer.close()
            return
        back_reader, back_writer = await asyncio.open_connection("127.0.0.1", self.emulator_port)
        self._writers |= {writer, back_writer}
        await asyncio.gather(copy_bytes(reader, back_writer), copy_bytes(back_reader, writer))
        self._writers -= {writer, back_writer}

    def _drop(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def calls_between(self, start: float, end: float) -> int:
        return sum(start <= at < end for at in self.calls)

    def busiest_second(self, start: float, end: float) -> int:
        return max((self.calls_between(at, at + 1) for at in self.calls if start <= at < end), default=0)


@asynccontextmanager
async def sick_provider() -> AsyncIterator[SickProvider]:
    """A provider that is well, and open."""
    # A drawn picture takes its time, which is the tests' own.
    emulator, port = FaultyEmulator(drawing=picture(size=(640, 480))), free_port()
    sick = SickProvider(port, emulator)
    answers = emulator.app()

    async def counted(scope: Scope, receive: Receive, send: Send) -> None:
        """Its pictures are as ill as the rest of it."""
        is_call = scope["type"] == "http"
        if is_call and scope["path"].startswith("/v1/"):
            sick.calls.append(time.monotonic())
        answer = await emulator.fault(Request(scope, receive)) if is_call and emulator.fault else None
        await (answer or answers)(scope, receive, send)

    with serve_in_thread(counted, port=port):
        await sick.open()
        yield sick
        await sick.close()
        await asyncio.sleep(0.2)  # what was under way ends by itself
