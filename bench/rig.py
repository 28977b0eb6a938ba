"""What is measured: Easel as processes, on a database of their own and the emulated provider."""

import asyncio
import atexit
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID, uuid4

import httpx

from bench.calls import Calls
from bench.effort import CouldNotMeasure
from bench.load import Target
from tests.support.database import TestDatabase, migrated_database
from tests.support.images import picture
from tests.support.provider import EmulatedProvider, emulated_provider
from tests.support.servers import EaselProcess, served_settings
from tests.support.wire import Wire, counting

GENERATIONS = "/api/v1/generations"
SUBMIT = f"{GENERATIONS}/submit"


@dataclass(frozen=True)
class Guest:
    """Somebody with a login session."""

    owner_id: UUID
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": f"easel_session={self.token}"}


@dataclass(frozen=True)
class Rig:
    """A migrated database, the provider with a record of its calls, and a folder for everything."""

    folder: Path
    database: TestDatabase
    provider: EmulatedProvider
    calls: Calls

    def sign_in(self) -> Guest:
        """Somebody new, by a row in the database."""
        guest = Guest(uuid4(), secrets.token_urlsafe(32))
        self.database.sign_in(guest.token, guest.owner_id)
        return guest

    @asynccontextmanager
    async def easel(self) -> AsyncIterator[EaselProcess]:
        """A process; several at once share database, pictures and provider."""
        settings = served_settings(self.database, self.provider.url, self.folder / "data")
        async with running(EaselProcess(self.folder, **settings)) as process:
            yield process

    @asynccontextmanager
    async def counted_easel(self) -> AsyncIterator[tuple[EaselProcess, Wire]]:
        """A process whose statements are counted."""
        async with counting(self.database.serving_url) as wire:
            rig = replace(self, database=replace(self.database, serving_url=wire.url))
            async with rig.easel() as process:
                yield process, wire


@contextmanager
def rig() -> Iterator[Rig]:
    """All of it, started; nothing of it is left afterwards."""
    with (
        _folder() as folder,
        migrated_database(folder / "database") as database,
        emulated_provider() as provider,
    ):
        provider.reset()
        provider.emulator.drawing = picture(size=(800, 600))  # the emulator takes its time to draw one
        provider.emulator.fault = calls = Calls()
        yield Rig(folder, database, provider, calls)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="easel-bench-") as folder:
        # The embedded server takes its lock once more when Python ends, in a folder that it makes for that.
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        yield Path(folder)


@asynccontextmanager
async def running(process: EaselProcess) -> AsyncIterator[EaselProcess]:
    """Ready while the block runs. In threads: the wire to the database is on this event loop."""
    try:
        yield await asyncio.to_thread(process.wait_until_ready)
    finally:
        await asyncio.to_thread(process.stop)


async def submit(easel: EaselProcess, guest: Guest) -> str:
    """Start a generation; returns its id."""
    async with httpx.AsyncClient(base_url=easel.url, headers=guest.headers) as http:
        reply = await http.post(SUBMIT, json={"prompt": "a benchmark"})
    generation_id: str = reply.raise_for_status().json()["data"]["id"]
    return generation_id


async def make(easel: EaselProcess, guest: Guest) -> str:
    """A finished generation whose picture is stored; returns its id."""
    generation_id = await submit(easel, guest)
    async with httpx.AsyncClient(base_url=easel.url, headers=guest.headers) as http:
        for _ in range(200):
            reply = await http.get(f"{GENERATIONS}/{generation_id}")
            if "thumb_url" in reply.raise_for_status().json()["data"]:
                return generation_id
            await asyncio.sleep(0.1)
    raise CouldNotMeasure("a picture was not stored")


def reading(easel: EaselProcess, guest: Guest, generation_id: str) -> Target:
    """The read of a generation, as load."""
    return Target(f"{easel.url}{GENERATIONS}/{generation_id}", guest.headers)
