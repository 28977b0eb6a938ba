"""Open pages of a history: each shows what it saw at its last look, as `ui/lookout.py` has it look."""

import asyncio
from collections.abc import Callable
from uuid import UUID

from core import services
from core.context import Context
from core.models import Status

_SECONDS_FOR_NEWS = 10.0

Shown = tuple[UUID, Status]


class Tab:
    """A page of an owner at a process: it looks after news, and once in a while."""

    def __init__(self, ctx: Context, owner_id: UUID, token: str) -> None:
        self._ctx = ctx
        self._page = services.open_page(ctx, owner_id=owner_id, token=token)
        self._told = asyncio.Event()
        self._told.set()  # a page looks when it opens
        self._unsubscribe = ctx.news.subscribe(owner_id, self._told.set)
        self.owner_id = owner_id
        self.is_deaf = False
        """Whether notices are lost on their way here: it waits for its beat, and knows nothing of that."""
        self.shown: Shown | None = None
        """The run on its stage, and how that stood."""

    async def look(self) -> None:
        """What the page's beat does, told or not."""
        self._told.clear()
        self.is_deaf = False
        seen = await services.look_for_page(self._ctx, self._page)
        standing = seen.running or seen.on_stage
        if standing:
            self._page.on_stage = standing.generation.id
            self.shown = (standing.generation.id, standing.generation.status)

    async def hear(self, is_right: Callable[["Tab"], bool]) -> None:
        """Look whenever news come, until what it shows is right. Raises `TimeoutError`."""
        if self.is_deaf:
            return
        async with asyncio.timeout(_SECONDS_FOR_NEWS):
            while not is_right(self):
                await self._told.wait()
                await self.look()

    def close(self) -> None:
        self._unsubscribe()
        services.close_page(self._ctx, self._page)
