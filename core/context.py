"""What the services work with: passed as `ctx`, so that nothing is reached through a global."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from starlette.requests import Request

from core.database.engine import Database
from core.provider.client import Provider
from core.settings import Settings

T = TypeVar("T")


@dataclass(frozen=True)
class Context:
    settings: Settings
    database: Database
    provider: Provider
    _unfinished: set[asyncio.Task[Any]] = field(default_factory=set)

    async def finish(self, work: Coroutine[Any, Any, T]) -> T:
        """Await `work`, and let it run to its end even when the caller is cancelled meanwhile."""
        task = asyncio.create_task(work)
        self._unfinished.add(task)
        task.add_done_callback(self._unfinished.discard)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Let unfinished work end, then close the provider's and the database's connections."""
        await asyncio.gather(*self._unfinished, return_exceptions=True)
        await self.provider.close()
        await self.database.close()


def get_context(request: Request) -> Context:
    """The context of the application that answers `request`."""
    context: Context = request.app.state.context
    return context
