"""The people of the tests; `tests/support/__init__.py` says who is who."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
from fastapi import FastAPI
from nicegui import ui
from nicegui.functions.download import download
from nicegui.functions.navigate import Navigate
from nicegui.functions.notify import notify
from nicegui.testing import User
from psycopg.rows import DictRow

from core import services
from core.context import Context
from core.models import Generation
from core.pictures.store import PictureStore
from core.provider.client import Provider
from core.repositories import generations
from core.services.advance import in_flight_ttl
from core.services.login_sessions import Person
from core.services.upkeep import Upkeep, look_after
from tests.support.application import client_for
from tests.support.database import TestDatabase
from tests.support.servers import free_port
from tests.support.waiting import all_is_done


@dataclass
class Owner:
    """A person past the API: what they do, by the services, and what the database has of it."""

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

    async def cancel(self, generation_id: UUID) -> Generation:
        return await services.cancel_generation(self.ctx, id=generation_id, owner_id=self.id)

    async def in_flight(self) -> Generation | None:
        """The generation that keeps the next one from starting."""
        async with self.ctx.database.transaction(self.id) as session:
            return await generations.find_active_by_owner_within_ttl(
                session, owner_id=self.id, ttl=in_flight_ttl(self.ctx)
            )

    async def delete(self, generation_id: UUID) -> int:
        return await services.delete_generation(self.ctx, id=generation_id, owner_id=self.id)

    async def restore(self, generation_id: UUID) -> None:
        await services.restore_generation(self.ctx, id=generation_id, owner_id=self.id)

    async def gallery(self, *, limit: int = 100, before: UUID | None = None) -> list[UUID]:
        found = await services.list_generations(self.ctx, owner_id=self.id, limit=limit, before=before)
        return [one.id for one in found]

    async def picture(self, generation_id: UUID, *, is_thumbnail: bool = False) -> bytes:
        """The stored bytes. Raises `NotFound`."""
        generation = await services.find_picture(self.ctx, id=generation_id, owner_id=self.id)
        picture = await services.open_picture(self.ctx, generation, is_thumbnail=is_thumbnail)
        return b"".join([part async for part in picture.stored.parts()])

    async def make(self, prompt: str = "a red kite") -> UUID:
        """A finished generation whose picture is stored."""
        generation_id = await self.submit(prompt)
        await self.read(generation_id)
        await all_is_done(self.ctx)
        return generation_id

    def row(self) -> dict[str, object]:
        """Their only generation as the database has it."""
        [row] = self.rows()
        return row

    def due(self) -> None:
        """Let everything that waits for the loop be due now, and every question to the provider."""
        # Since long: a machine's clock may be put back between this statement and the next.
        self.database.run("UPDATE generations_to_settle SET due_at = now() - interval '1 minute'")
        self.database.run(
            "UPDATE generations SET polled_at = NULL, next_poll_at = now() - interval '1 second'"
        )

    async def settle(self) -> int:
        """One run of the loop over everything that waits for it."""
        self.due()
        settled = await Upkeep(self.ctx).run_once()
        await all_is_done(self.ctx)
        return settled

    def with_store(self, store: PictureStore) -> "Owner":
        return replace(self, ctx=replace(self.ctx, pictures=store))

    def with_dead_provider(self) -> "Owner":
        url = f"http://127.0.0.1:{free_port()}"
        provider = Provider(self.ctx.settings.model_copy(update={"replicate_base_url": url}))
        return replace(self, ctx=replace(self.ctx, provider=provider))


@dataclass
class SignedIn:
    """A person by the API: signed in, and the HTTP client that they use."""

    owner_id: UUID
    token: str
    http: httpx.AsyncClient

    @property
    def cookie(self) -> dict[str, str]:
        """A request's header, for a client that several people share."""
        return {"Cookie": f"easel_session={self.token}"}


@asynccontextmanager
async def signed_in(
    app: FastAPI, ctx: Context, name: str, *, is_admin: bool = False
) -> AsyncIterator[SignedIn]:
    """Somebody of that name, with a client of their own."""
    person = Person(
        "https://issuer.test",
        name,
        name.title(),
        email=f"{name}@people.test",
        authenticated=timedelta(0),
    )
    token = await services.sign_in(ctx, person, is_admin=is_admin)
    async with client_for(app) as client:
        client.cookies.set("easel_session", token)
        yield SignedIn(person.owner_id, token, client)


class PatientUser(User):
    """Waits longer for what a busy machine shows late."""

    async def should_see(self, *args: Any, retries: int = 100, **kwargs: Any) -> None:
        await super().should_see(*args, retries=retries, **kwargs)


@asynccontextmanager
async def simulated(http: httpx.AsyncClient) -> AsyncIterator[User]:
    """A browser's user without a browser; NiceGUI's patched functions are put back afterwards."""
    try:
        yield PatientUser(http)
    finally:
        ui.navigate = Navigate()
        ui.notify = notify
        ui.download = download
