"""`/api/v1/generations`: the list of what a person has made, newest first; delete, and undo that."""

from typing import Annotated, NotRequired
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import AfterValidator, BaseModel, Field
from starlette.responses import Response
from typing_extensions import TypedDict

from core import services
from core.api.access import Needs, owner_of, reader_of, reading_router, signed_in_router, tell_owner
from core.api.conditional import NOT_MODIFIED, TAG_HEADERS, read_json
from core.api.generation_shape import PATH, GenerationShape, shape_of
from core.context import Context
from core.envelope import STORABLE, Success, described_errors
from core.services import MAX_PROMPT_LENGTH

DEFAULT_LIMIT = 24
MAX_LIMIT = 100


def _storable(words: str) -> str | None:
    """None for blanks, which are no search."""
    if "\x00" in words or any("\ud800" <= character <= "\udfff" for character in words):
        raise ValueError("has a character that no prompt has")
    return words if words.strip() else None


Words = Annotated[
    str | None,
    Query(
        max_length=MAX_PROMPT_LENGTH,
        description="Only those whose prompts contain every one of these words, or parts of words. Case and"
        " accents make no difference.",
        examples=["red kite"],
        json_schema_extra={"pattern": STORABLE},
    ),
    AfterValidator(lambda words: words and _storable(words)),
]


class Page(TypedDict):
    items: list[GenerationShape]
    next: NotRequired[
        Annotated[UUID, Field(description="The `before` of the next page; left out on the last one.")]
    ]


class Deleted(BaseModel):
    id: UUID
    undo_seconds: int = Field(description="How long it can still be restored.")


class Restored(BaseModel):
    id: UUID


def create_router(ctx: Context) -> APIRouter:
    """The routes of the list, and of what is deleted from it."""
    router = signed_in_router(ctx, Needs.COOKIE, prefix=PATH, tags=["generations"])
    reading = reading_router(ctx, prefix=PATH, tags=["generations"])

    @reading.get(
        "",
        response_model=Success[Page],
        responses={200: {"headers": TAG_HEADERS}, 304: NOT_MODIFIED, **described_errors(400, 401, 404, 503)},
    )
    async def list_generations(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT, description="How many at most.")] = DEFAULT_LIMIT,
        before: Annotated[UUID | None, Query(description="The id of the last one that you have.")] = None,
        q: Words = None,
    ) -> Response:
        """Your generations, newest first."""
        found = await services.list_generations(
            ctx, owner_id=reader_of(request), limit=limit + 1, before=before, words=q
        )
        if found:
            tell_owner(request, found[0].owner_id)
        page = Page(items=[shape_of(each, ctx.settings) for each in found[:limit]])
        if len(found) > limit:
            page["next"] = page["items"][-1]["id"]
        return read_json(request, page)

    @router.post(
        "/{id}/delete",
        responses=described_errors(400, 401, 403, 404, 409, 503),
    )
    async def delete_generation(request: Request, id: UUID) -> Success[Deleted]:
        """Delete a finished generation and its picture, for good after `undo_seconds`."""
        seconds = await services.delete_generation(ctx, id=id, owner_id=owner_of(request))
        return Success(data=Deleted(id=id, undo_seconds=seconds))

    @router.post(
        "/{id}/restore",
        responses=described_errors(400, 401, 403, 404, 503),
    )
    async def restore_generation(request: Request, id: UUID) -> Success[Restored]:
        """Undo a delete, while that is still possible."""
        await services.restore_generation(ctx, id=id, owner_id=owner_of(request))
        return Success(data=Restored(id=id))

    router.routes.extend(reading.routes)
    return router
