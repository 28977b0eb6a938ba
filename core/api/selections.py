"""`/api/v1/generations/delete`, `/restore` and `/archive`: many generations at once."""

from typing import Annotated, NotRequired
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, BeforeValidator, Field
from starlette.responses import Response, StreamingResponse
from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

from core import services
from core.api.access import Needs, owner_of, reader_of, reading_router, signed_in_router
from core.api.generation_shape import PATH
from core.api.zips import Accept, described_zip, zip_answer
from core.context import Context
from core.envelope import Success, described_errors, success_json
from core.services import MAX_SELECTED, UNDO_SECONDS

_ARCHIVE = described_zip("A zip of the pictures, named by their prompts.")


class Selection(BaseModel):
    ids: list[UUID] = Field(
        min_length=1,
        max_length=MAX_SELECTED,
        description="Unknown ones, other people's, and those that still run are skipped.",
    )


class Selected(TypedDict):
    ids: Annotated[list[UUID], Field(description="Those that were.")]
    undo_seconds: NotRequired[Annotated[int, Field(description="How long they can still be restored.")]]


def _split(values: object) -> object:
    """Ids with commas between them, and the parameter repeated, come to the same.

    Of many too many only so many are looked at as show that: each would be a complaint of its own.
    """
    return ",".join(map(str, values)).split(",", MAX_SELECTED + 1) if isinstance(values, list) else values


Ids = Annotated[
    list[UUID],
    BeforeValidator(_split),
    Query(
        min_length=1,
        max_length=MAX_SELECTED,
        description="With commas between them, or repeated. Unknown ones and other people's are skipped.",
    ),
]


def create_router(ctx: Context) -> APIRouter:
    """The routes."""
    router = signed_in_router(ctx, Needs.COOKIE, prefix=PATH, tags=["generations"])
    reading = reading_router(ctx, prefix=PATH, tags=["generations"])

    @router.post(
        "/delete",
        response_model=Success[Selected],
        responses=described_errors(400, 401, 403, 408, 413, 415, 503),
    )
    async def delete_generations(request: Request, body: Selection) -> Response:
        """Delete finished generations and their pictures, for good after `undo_seconds`."""
        deleted = await services.delete_generations(ctx, ids=body.ids, owner_id=owner_of(request))
        return success_json(Selected(ids=deleted, undo_seconds=UNDO_SECONDS))

    @router.post(
        "/restore",
        response_model=Success[Selected],
        responses=described_errors(400, 401, 403, 408, 413, 415, 503),
    )
    async def restore_generations(request: Request, body: Selection) -> Response:
        """Undo deletes, while that is still possible."""
        restored = await services.restore_generations(ctx, ids=body.ids, owner_id=owner_of(request))
        return success_json(Selected(ids=restored))

    @reading.get(
        "/archive",
        response_class=StreamingResponse,
        responses=_ARCHIVE | described_errors(400, 401, 404, 503),
    )
    async def archive_pictures(request: Request, ids: Ids, accept: Accept = None) -> Response:
        """The stored pictures of those ids as a zip, the newest first; sent while it is made.

        Its type is `application/octet-stream` where `Accept` names that alone.
        """
        parts = await services.archive_pictures(ctx, ids=ids, owner_id=reader_of(request))
        return zip_answer(parts, "easel", accept)

    router.routes.extend(reading.routes)
    return router
