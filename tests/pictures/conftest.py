"""The provider with its files behind faults of their own, and the services without the loop."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from core import services
from core.context import Context, create_context
from core.limits import Limits
from core.models import Generation
from core.pictures.store import PictureStore
from core.services.upkeep import LOOP_NAME, Upkeep
from core.settings import Settings
from tests.conftest import SignedIn
from tests.pictures.images import picture
from tests.services.conftest import Owner
from tests.support.database import TestDatabase
from tests.support.emulator import Fault, FaultyEmulator
from tests.support.provider import EmulatedProvider
from tests.support.s3_server import S3Server, s3_server
from tests.support.servers import serve_in_thread


@dataclass
class Files:
    """What the provider does when a picture is asked for, and how often one was."""

    fault: Fault | None = None
    asked: list[str] = field(default_factory=list)


@dataclass
class ProviderWithFiles(EmulatedProvider):
    """Its pictures are at its own address; `files` stands before them."""

    files: Files

    def reset(self) -> None:
        super().reset()
        self.files.fault = None
        self.files.asked.clear()

    def forget(self) -> None:
        """What Replicate does after an hour."""
        self.emulator.predictions.clear()


@pytest.fixture(scope="session")
def served_provider() -> Iterator[ProviderWithFiles]:
    files, emulator = Files(), FaultyEmulator()
    answers = emulator.app()
    content = picture(size=(800, 600))  # the emulator takes its time to draw one

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("/files/"):
            files.asked.append(scope["path"])
            answer = await files.fault(Request(scope, receive)) if files.fault else None
            is_known = scope["path"].removeprefix("/files/").removesuffix(".png") in emulator.predictions
            answer = answer or Response(content if is_known else b"", 200 if is_known else 404)
            await answer(scope, receive, send)
            return
        await answers(scope, receive, send)

    with serve_in_thread(app) as url:
        yield ProviderWithFiles(emulator, url, files)


@pytest.fixture
def files(provider: ProviderWithFiles) -> Files:
    return provider.files


@dataclass
class Maker(Owner):
    """A person who makes pictures and looks after them."""

    async def cancel(self, generation_id: UUID) -> Generation:
        return await services.cancel_generation(self.ctx, id=generation_id, owner_id=self.id)

    async def delete(self, generation_id: UUID) -> int:
        return await services.delete_generation(self.ctx, id=generation_id, owner_id=self.id)

    async def restore(self, generation_id: UUID) -> None:
        await services.restore_generation(self.ctx, id=generation_id, owner_id=self.id)

    async def gallery(self, *, limit: int = 100, before: UUID | None = None) -> list[UUID]:
        found = await services.list_generations(self.ctx, owner_id=self.id, limit=limit, before=before)
        return [one.id for one in found]

    async def picture(self, generation_id: UUID, *, is_thumbnail: bool = False) -> bytes:
        """The stored bytes. Raises `NotFound`."""
        picture = await services.open_picture(
            self.ctx, id=generation_id, owner_id=self.id, is_thumbnail=is_thumbnail
        )
        return b"".join([part async for part in picture.stored.parts()])

    async def make(self, prompt: str = "a red kite") -> UUID:
        """A finished generation whose picture is stored."""
        generation_id = await self.submit(prompt)
        await self.read(generation_id)
        await all_is_done(self.ctx)
        return generation_id

    def row(self) -> dict[str, object]:
        [row] = self.rows()
        return row

    def due(self) -> None:
        """Let everything that waits for the loop be due now."""
        self.database.run("UPDATE generations_to_settle SET due_at = now()")

    async def settle(self) -> int:
        """One run of the loop over everything that waits for it."""
        self.due()
        settled = await Upkeep(self.ctx).run_once()
        await all_is_done(self.ctx)
        return settled

    def with_store(self, store: PictureStore) -> "Maker":
        return replace(self, ctx=replace(self.ctx, pictures=store))


@pytest.fixture
async def quiet_ctx(settings: Settings, database: TestDatabase, limits: Limits) -> AsyncIterator[Context]:
    """The services without the loop that runs by itself."""
    context = create_context(settings, database.serving_url, limits)
    yield context
    await context.close()


@pytest.fixture
def owner(quiet_ctx: Context, database: TestDatabase) -> Maker:
    return Maker(quiet_ctx, database, uuid4())


@pytest.fixture
def other_owner(quiet_ctx: Context, database: TestDatabase) -> Maker:
    return Maker(quiet_ctx, database, uuid4())


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture
def bucket(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bucket whose credentials are in the environment."""
    for name, value in s3.environment().items():
        monkeypatch.setenv(name, value)
    return s3.create_bucket()


async def all_is_done(ctx: Context) -> None:
    """Until nothing runs in the background but the loop."""
    while tasks := [task for task in ctx.background.unfinished if task.get_name() != LOOP_NAME]:
        await asyncio.wait(tasks)


def maker_of(person: SignedIn, ctx: Context, database: TestDatabase) -> Maker:
    """What a signed-in person does, past the API."""
    return Maker(ctx, database, person.owner_id)
