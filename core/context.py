"""The context: the parts that services work with, passed as `ctx` in place of globals."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from uuid import UUID

import httpx
from starlette.applications import Starlette

from core.background import Background, Gathered, Shared
from core.callers import Caller
from core.database.engine import Database
from core.database.news import News
from core.held import Held
from core.limits import Limits
from core.metrics import Metrics
from core.models import Generation
from core.open_pages import OpenPages
from core.pictures.download import PictureDownloader
from core.pictures.store import PictureStore
from core.pictures.waiting import WaitingPictures
from core.provider.choose import choose_provider
from core.provider.client import Provider
from core.rate_limits import RateLimits
from core.repositories.ledger import PersonalLimits
from core.repositories.reads import Shown, Standing
from core.settings import Settings

# The key is the generation's id, and whether all of the provider's list is searched.
Polls = Shared[tuple[UUID, bool], Generation]


@dataclass(frozen=True)
class Context:
    """The parts of one process, made by `create_context` and closed by `close`."""

    settings: Settings
    database: Database
    provider: Provider
    pictures: PictureStore
    downloader: PictureDownloader
    news: News
    limits: Limits = Limits()
    demo_pictures: Starlette | None = None
    """The application that serves the demo's pictures; None with Replicate."""
    waiting: WaitingPictures = field(default_factory=WaitingPictures)
    background: Background = field(default_factory=Background)
    metrics: Metrics = field(default_factory=Metrics)
    watched: set[UUID] = field(default_factory=set)
    """The running generations that this process polls until they have ended."""
    rate_limits: RateLimits = field(init=False)
    held: Held = field(default_factory=Held)
    """The requests that wait for the end of a generation."""
    open_pages: OpenPages = field(default_factory=OpenPages)
    looks: Gathered[UUID, Shown] = field(init=False)
    """The looks at the database for all pages of an owner."""
    held_looks: Gathered[tuple[Caller, UUID], Standing] = field(init=False)
    """The looks at a generation for all requests that are held for it with the same token."""
    limit_looks: Gathered[UUID, PersonalLimits] = field(init=False)
    """The looks at what an owner may still have made, for all their pages."""
    polls: Polls = field(init=False)
    """The polls of the provider that are under way."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "rate_limits", RateLimits(self.settings))
        object.__setattr__(self, "looks", Gathered(self.background))
        object.__setattr__(self, "held_looks", Gathered(self.background))
        object.__setattr__(self, "limit_looks", Gathered(self.background))
        object.__setattr__(self, "polls", Shared(self.background))

    async def close(self) -> None:
        """Wait for background work, then close all connections."""
        await self.background.close()
        async with AsyncExitStack() as closing:  # an error in one does not keep the others open
            closing.push_async_callback(self.database.close)
            closing.push_async_callback(self.downloader.close)
            closing.push_async_callback(self.provider.close)


def create_context(settings: Settings, database_url: str, limits: Limits = Limits()) -> Context:
    """The context of one process. Raises `ConfigurationError` for an unusable picture store."""
    metrics = Metrics()
    provider, demo_pictures = choose_provider(settings, limits.provider, metrics)
    transport = httpx.ASGITransport(demo_pictures) if demo_pictures else None
    folder = settings.data_dir / "pictures"
    return Context(
        settings=settings,
        limits=limits,
        database=Database(database_url, limits.database),
        news=News(database_url, limits.database),
        provider=provider,
        metrics=metrics,
        demo_pictures=demo_pictures,
        pictures=PictureStore.open(settings.image_store_url, folder, limits.pictures),
        downloader=PictureDownloader(settings, transport, limits.pictures),
        waiting=WaitingPictures(limits.pictures),
    )
