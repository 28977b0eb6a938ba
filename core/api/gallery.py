"""`/api/v1/generations`: the list of what one has made, newest first; delete, and undo that."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from core import services
from core.api.access import Ctx, OwnerId, SignedInRoute
from core.api.generations import GenerationError
from core.envelope import Success, failures
from core.models import Generation, Status

router = APIRouter(prefix="/v1/generations", route_class=SignedInRoute, tags=["generations"])

DEFAULT_LIMIT = 24
MAX_LIMIT = 100


class Item(BaseModel):
    id: UUID
    prompt: str
    status: Status
    created_at: datetime
    url: str | None = Field(default=None, description="The picture: at the provider until it is stored here.")
    thumb: str | None = Field(default=None, description="A small WebP of it.")
    type: str | None = None
    width: int | None = None
    height: int | None = None
    lost: bool | None = Field(default=None, description="True when the picture could not be kept.")
    error: GenerationError | None = None
    charge: str | None = Field(default=None, description="Whether it was charged, as a sentence.")


class Page(BaseModel):
    items: list[Item]
    next: UUID | None = Field(default=None, description="The `before` of the next page, if there is one.")


class Deleted(BaseModel):
    id: UUID
    undo_seconds: int


class Restored(BaseModel):
    id: UUID


@router.get(
    "",
    response_model=Success[Page],
    response_model_exclude_none=True,
    responses=failures(400, 401, 404, 503),
)
async def list_(
    owner_id: OwnerId,
    ctx: Ctx,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    before: UUID | None = None,
) -> Success[Page]:
    """Your generations, newest first; `before` is the id of the last one you have."""
    found = await services.list_generations(ctx, owner_id=owner_id, limit=limit + 1, before=before)
    page = found[:limit]
    has_more = len(found) > limit
    return Success(data=Page(items=[_item(one) for one in page], next=page[-1].id if has_more else None))


@router.post(
    "/{id}/delete", response_model=Success[Deleted], responses=failures(400, 401, 403, 404, 409, 503)
)
async def delete(id: UUID, owner_id: OwnerId, ctx: Ctx) -> Success[Deleted]:
    """Delete a finished generation and its picture, for good after `undo_seconds`."""
    seconds = await services.delete_generation(ctx, id=id, owner_id=owner_id)
    return Success(data=Deleted(id=id, undo_seconds=seconds))


@router.post("/{id}/restore", response_model=Success[Restored], responses=failures(400, 401, 403, 404, 503))
async def restore(id: UUID, owner_id: OwnerId, ctx: Ctx) -> Success[Restored]:
    """Undo a delete, while that is still possible."""
    await services.restore_generation(ctx, id=id, owner_id=owner_id)
    return Success(data=Restored(id=id))


def _item(generation: Generation) -> Item:
    path = f"/api{router.prefix}/{generation.id}/image" if generation.stored_at else None
    return Item(
        id=generation.id,
        prompt=generation.prompt,
        status=generation.status,
        created_at=generation.created_at,
        url=path or (generation.result_url if generation.needs_storing else None),
        thumb=path and f"{path}?size=thumb",
        type=generation.picture_type,
        width=generation.picture_width,
        height=generation.picture_height,
        lost=generation.is_lost or None,
        error=GenerationError.of(generation),
        charge=generation.known_charge.sentence if generation.failure else None,
    )
