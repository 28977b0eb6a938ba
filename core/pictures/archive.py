"""A zip of pictures that is sent while it is made, so that it takes the memory of a part of one picture."""

import io
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol
from zipfile import ZIP_STORED, ZipFile, ZipInfo

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class Content(Protocol):
    """What a file of the zip has in it."""

    def parts(self) -> AsyncIterator[bytes]:
        """Its bytes."""


class Entry(NamedTuple):
    """A file of the zip. One that `open` returns None for is gone, and is left out."""

    name: str
    time: datetime
    open: Callable[[], Awaitable[Content | None]]


async def zip_parts(entries: AsyncIterable[Entry]) -> AsyncIterator[bytes]:
    """The bytes of a zip with the entries, uncompressed, as pictures are compressed already.

    An error of the store ends them before the zip is whole, which no program takes for a complete one.
    """
    sink = _Sink()
    with ZipFile(sink, "w", ZIP_STORED) as archive:
        async for entry in entries:
            stored = await entry.open()
            if stored is None:
                continue
            info = ZipInfo(entry.name, entry.time.astimezone(UTC).timetuple()[:6])
            info.external_attr = 0o644 << 16
            with archive.open(info, "w") as file:
                async for part in stored.parts():
                    file.write(part)
                    yield sink.take()
    yield sink.take()


class _Sink(io.RawIOBase):
    """What `ZipFile` writes to; it has to write sizes after each file, as nobody can go back here."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, part: "ReadableBuffer") -> int:
        self._parts.append(bytes(part))
        return len(self._parts[-1])

    def take(self) -> bytes:
        """All that was written since the last call."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken
