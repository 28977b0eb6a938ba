"""`/api/v1/generations`: the list of what a person has made, newest first; delete, and undo that."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from core import services
from core.api.access import OwnerId, Reader, reading_router, signed_in_router
from core.api.generation_shape import PATH, GenerationShape, shape_of
from core.context import Context
from core.envelope import OrLeftOut, Success, described_errors

DEFAULT_LIMIT = 24
MAX_LIMIT = 100


class Page(BaseModel):
    items: list[GenerationShape]
    next: OrLeftOut[UUID] = Field(
        default=None, description="The `before` of the next page; left out on the last one."
    )


class Deleted(BaseModel):
    id: UUID
    undo_seconds: int = Field(description="How long it can still be restored.")


class Restored(BaseModel):
    id: UUID


def create_router(ctx: Context) -> APIRouter:
    """The routes of the list, and of what is deleted from it."""
    router = signed_in_router(ctx, prefix=PATH, tags=["generations"])
    reading = reading_router(ctx, prefix=PATH, tags=["generations"])

    @reading.get("", responses=described_errors(400, 401, 404, 503))
    async def list_generations(
        reader: Reader,
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many at most.")] = DEFAULT_LIMIT,
        before: Annotated[UUID | None, Query(description="The id of the last one that you have.")] = None,
    ) -> Success[Page]:
        """Your generations, newest first."""
        found = await services.list_generations(ctx, owner_id=reader, limit=limit + 1, before=before)
        items = [shape_of(each, ctx.settings) for each in found[:limit]]
        has_more = len(found) > limit
        return Success(data=Page(items=items, next=items[-1].id if has_more else None))

    @router.post(
        "/{id}/delete",
        responses=described_errors(400, 401, 403, 404, 409, 503),
    )
    async def delete_generation(id: UUID, owner_id: OwnerId) -> Success[Deleted]:
        """Delete a finished generation and its picture, for good after `undo_seconds`."""
        seconds = await services.delete_generation(ctx, id=id, owner_id=owner_id)
        return Success(data=Deleted(id=id, undo_seconds=seconds))

    @router.post(
        "/{id}/restore",
        responses=described_errors(400, 401, 403, 404, 503),
    )
    async def restore_generation(id: UUID, owner_id: OwnerId) -> Success[Restored]:
        """Undo a delete, while that is still possible."""
        await services.restore_generation(ctx, id=id, owner_id=owner_id)
        return Success(data=Restored(id=id))

    router.routes.extend(reading.routes)
    return router
