"""The services on a real database and the emulated provider, without the pages and the API."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from uuid import UUID, uuid4

import pytest
from psycopg.rows import DictRow

from core import services
from core.context import Context, create_context
from core.limits import Limits
from core.models import Generation
from core.provider.client import Provider
from core.services.upkeep import look_after
from core.settings import Settings
from tests.support.database import TestDatabase
from tests.support.servers import free_port


@pytest.fixture
async def ctx(settings: Settings, database: TestDatabase, limits: Limits) -> AsyncIterator[Context]:
    context = create_context(settings, database.serving_url, limits)
    yield context
    await context.close()


@dataclass
class Owner:
    """A person, and what they do."""

    ctx: Context
    database: TestDatabase
    id: UUID

    async def submit(self, prompt: str = "a red kite") -> UUID:
        order = services.new_order(self.ctx, prompt)
        return await services.submit_generation(self.ctx, order=order, owner_id=self.id)

    async def read(self, generation_id: UUID) -> Generation:
        return await services.get_generation(self.ctx, id=generation_id, owner_id=self.id)

    async def look_after(self, generation_id: UUID) -> None:
        """What upkeep does for a generation that is due."""
        await look_after(self.ctx, id=generation_id, owner_id=self.id)

    def rows(self) -> list[DictRow]:
        """Their generations as the database has them, oldest first."""
        return self.database.generations(self.id)

    def with_dead_provider(self) -> "Owner":
        url = f"http://127.0.0.1:{free_port()}"
        provider = Provider(self.ctx.settings.model_copy(update={"replicate_base_url": url}))
        return replace(self, ctx=replace(self.ctx, provider=provider))


@pytest.fixture
def owner(ctx: Context, database: TestDatabase) -> Owner:
    return Owner(ctx, database, uuid4())


@pytest.fixture
def other_owner(ctx: Context, database: TestDatabase) -> Owner:
    return Owner(ctx, database, uuid4())
