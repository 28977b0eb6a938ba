"""`/api/v1/generations`: submit a prompt, read what became of it, cancel it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request
from pydantic import BaseModel, Field
from starlette.responses import Response

from core import services
from core.api.access import Needs, owner_of, reader_of, reading_router, signed_in_router, tell_owner
from core.api.conditional import NOT_MODIFIED, TAG_HEADERS, read_json
from core.api.generation_shape import PATH, GenerationShape, shape_of
from core.api.prefer import PACE_HEADERS, Headers, Prefer, hold, pace_of, seconds_of
from core.context import Context
from core.envelope import NOT_BLANK, Success, described_errors, success_json
from core.errors import IdempotencyConflict, NotFound
from core.sentences import Sentence
from core.services import MAX_KEY_LENGTH, MAX_PROMPT_LENGTH, Standing


class SubmitBody(BaseModel):
    prompt: str = Field(
        description="What the picture shows.",
        examples=["A red kite over the sea"],
        json_schema_extra={
            "minLength": 1,
            "maxLength": MAX_PROMPT_LENGTH,
            "pattern": NOT_BLANK,
        },
    )


# Described here and checked by `core.services`, as the prompt is.
_IDEMPOTENCY_KEY = Header(
    alias="Idempotency-Key",
    description="The same key with the same prompt starts nothing twice, for a day.",
    json_schema_extra={"minLength": 1, "maxLength": MAX_KEY_LENGTH, "pattern": "^[!-~]([ -~]*[!-~])?$"},
)


def create_router(ctx: Context) -> APIRouter:
    """The routes of one generation, from submit to its end."""
    router = signed_in_router(ctx, Needs.GENERATE, prefix=PATH, tags=["generations"])
    reading = reading_router(ctx, prefix=PATH, tags=["generations"])

    async def paced(request: Request, standing: Standing, prefer: str | None) -> tuple[Standing, Headers]:
        """How it stands after the wait that was asked for, and the headers that tell the pace."""
        seconds = seconds_of(prefer)
        if seconds and standing.generation.is_processing:
            standing = await hold(ctx, request, standing, seconds)
        return standing, pace_of(standing, seconds)

    @router.post(
        "/submit",
        response_model=Success[GenerationShape],
        responses={
            200: {"headers": PACE_HEADERS},
            **described_errors(400, 401, 402, 403, 408, 409, 413, 415, 502, 503),
        },
    )
    async def submit_generation(
        request: Request,
        body: SubmitBody,
        idempotency_key: Annotated[str | None, _IDEMPOTENCY_KEY] = None,
        prefer: Prefer = None,
    ) -> Response:
        """Start a generation. Answers at once, or with `Prefer: wait=N` once it has ended."""
        owner_id = owner_of(request)
        order = services.new_order(ctx, **body.model_dump())
        generation_id = await services.submit_generation(
            ctx, order=order, owner_id=owner_id, idempotency_key=idempotency_key
        )
        standing = await _read_started(ctx, generation_id, owner_id)
        standing, headers = await paced(request, standing, prefer)
        return success_json(shape_of(standing.generation, ctx.settings), headers)

    @reading.get(
        "/{id}",
        response_model=Success[GenerationShape],
        responses={
            200: {"headers": TAG_HEADERS | PACE_HEADERS},
            304: NOT_MODIFIED,
            **described_errors(400, 401, 404, 503),
        },
    )
    async def read_generation(request: Request, id: UUID, prefer: Prefer = None) -> Response:
        """What became of one of your generations, at once or with `Prefer: wait=N` once it has ended."""
        standing = await services.read_generation(ctx, id=id, owner_id=reader_of(request))
        tell_owner(request, standing.generation.owner_id)
        standing, headers = await paced(request, standing, prefer)
        return read_json(request, shape_of(standing.generation, ctx.settings), headers)

    @router.post(
        "/{id}/cancel",
        response_model=Success[GenerationShape],
        responses=described_errors(400, 401, 403, 404, 502, 503),
    )
    async def cancel_generation(request: Request, id: UUID) -> Response:
        """End a running generation. One that ended first is answered as it ended: its picture is kept."""
        generation = await services.cancel_generation(ctx, id=id, owner_id=owner_of(request))
        return success_json(shape_of(generation, ctx.settings))

    router.routes.extend(reading.routes)
    return router


async def _read_started(ctx: Context, id: UUID, owner_id: UUID) -> Standing:
    """What a submit has started. The provider, which has just been asked, is not asked again."""
    try:
        return await services.get_standing(ctx, id=id, owner_id=owner_id)
    except NotFound:
        raise IdempotencyConflict(_DELETED) from None


_DELETED = Sentence("What this Idempotency-Key started has been deleted. Please use a new key.")
