"""What the services work with: passed as `ctx`, so that nothing is reached through a global."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

import httpx
from starlette.applications import Starlette

from core.database.engine import Database
from core.models import Generation
from core.pictures.download import PictureDownloader
from core.pictures.store import PictureStore
from core.pictures.waiting import WaitingPictures
from core.provider.choose import choose_provider
from core.provider.client import Provider
from core.provider.replies import Prediction
from core.settings import Settings

CLOSE_SECONDS = 1.5
CUT_OFF_SECONDS = 0.5

T = TypeVar("T")


@dataclass(frozen=True)
class Context:
    settings: Settings
    database: Database
    provider: Provider
    pictures: PictureStore
    downloader: PictureDownloader
    demo_pictures: Starlette | None = None
    """With the demo: the application that serves its pictures."""
    looks: dict[tuple[UUID, bool], asyncio.Task[tuple[Generation, Prediction]]] = field(default_factory=dict)
    """The questions to the provider that are under way, by generation and whether they take long."""
    waiting: WaitingPictures = field(default_factory=WaitingPictures)
    _unfinished: set[asyncio.Task[Any]] = field(default_factory=set)

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run `work` in the background, to its end even when the program is told to stop."""
        task = asyncio.create_task(work)
        self._unfinished.add(task)
        task.add_done_callback(self._unfinished.discard)
        return task

    async def finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Await `work`, and let it run to its end even when the caller is cancelled meanwhile."""
        return await asyncio.shield(self.start(work))

    async def close(self) -> None:
        """Let unfinished work end, then close the provider's and the database's connections.

        What has not ended after `CLOSE_SECONDS` is cut off; the next start, or another process, takes
        it up from its row.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                while self._unfinished:  # what ends may start something more
                    await asyncio.wait(self._unfinished)
        for task in self._unfinished:
            task.cancel()
        if self._unfinished:
            await asyncio.wait(self._unfinished, timeout=CUT_OFF_SECONDS)
        async with AsyncExitStack() as closing:  # each, whatever becomes of the others
            closing.push_async_callback(self.database.close)
            closing.push_async_callback(self.downloader.close)
            closing.push_async_callback(self.provider.close)


def create_context(settings: Settings, database_url: str) -> Context:
    """The context of one process. Raises `ConfigurationError` for a picture store that cannot be."""
    provider, demo_pictures = choose_provider(settings)
    transport = httpx.ASGITransport(demo_pictures) if demo_pictures else None
    return Context(
        settings=settings,
        database=Database(database_url),
        provider=provider,
        demo_pictures=demo_pictures,
        pictures=PictureStore.open(settings.image_store_url, settings.data_dir / "pictures"),
        downloader=PictureDownloader(settings, transport),
    )
