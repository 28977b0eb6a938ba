"""`/api/v1/generations`: submit a prompt, read what became of it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header
from pydantic import BaseModel, Field

from core import services
from core.api.access import Ctx, OwnerId, SignedInRoute
from core.context import Context
from core.envelope import Success, failures
from core.models import Generation, Status
from core.services import MAX_KEY_LENGTH, MAX_PROMPT_LENGTH

router = APIRouter(prefix="/v1/generations", route_class=SignedInRoute, tags=["generations"])


class SubmitBody(BaseModel):
    prompt: str = Field(
        description="What the picture shows.",
        json_schema_extra={
            "minLength": 1,
            "maxLength": MAX_PROMPT_LENGTH,
            "pattern": r"^[^\x00]*[^\s\x00][^\x00]*$",
        },
    )


class Submitted(BaseModel):
    id: UUID


class GenerationError(BaseModel):
    code: str
    message: str

    @classmethod
    def of(cls, generation: Generation) -> "GenerationError | None":
        """Why it failed, in the same sentence wherever it is told; None for one that did not."""
        failure = generation.failure
        return cls(code=failure.code.value, message=failure.sentence) if failure else None


class GenerationState(BaseModel):
    status: Status
    url: str | None = Field(default=None, description="Only when succeeded, unless the picture is lost.")
    error: GenerationError | None = Field(default=None, description="Only when failed.")


# Described here and checked by `core.services`, as the prompt is.
_IDEMPOTENCY_KEY = Header(
    description="The same key starts nothing twice.",
    json_schema_extra={"minLength": 1, "maxLength": MAX_KEY_LENGTH, "pattern": "^[!-~]([ -~]*[!-~])?$"},
)


@router.post(
    "/submit",
    response_model=Success[Submitted],
    responses=failures(400, 401, 402, 403, 408, 409, 413, 415, 502, 503),
)
async def submit(
    body: SubmitBody,
    owner_id: OwnerId,
    ctx: Ctx,
    idempotency_key: Annotated[str | None, _IDEMPOTENCY_KEY] = None,
) -> Success[Submitted]:
    """Start a generation. Answers at once; read `/generations/{id}` for the picture."""
    generation_id = await services.submit_generation(
        ctx, order=services.new_order(ctx, body.prompt), owner_id=owner_id, idempotency_key=idempotency_key
    )
    return Success(data=Submitted(id=generation_id))


@router.get(
    "/{id}",
    response_model=Success[GenerationState],
    response_model_exclude_none=True,
    responses=failures(400, 401, 404, 503),
)
async def read(id: UUID, owner_id: OwnerId, ctx: Ctx) -> Success[GenerationState]:
    """What became of one of your generations."""
    generation = await services.get_generation(ctx, id=id, owner_id=owner_id)
    return Success(data=_state(ctx, generation))


@router.post(
    "/{id}/cancel",
    response_model=Success[GenerationState],
    response_model_exclude_none=True,
    responses=failures(400, 401, 403, 404, 502, 503),
)
async def cancel(id: UUID, owner_id: OwnerId, ctx: Ctx) -> Success[GenerationState]:
    """End a running generation. One that ended first is answered as it ended: its picture is kept."""
    generation = await services.cancel_generation(ctx, id=id, owner_id=owner_id)
    return Success(data=_state(ctx, generation))


def _state(ctx: Context, generation: Generation) -> GenerationState:
    return GenerationState(
        status=generation.status, url=_url(ctx, generation), error=GenerationError.of(generation)
    )


def _url(ctx: Context, generation: Generation) -> str | None:
    if generation.stored_at:
        return f"{ctx.settings.public_url}/api{router.prefix}/{generation.id}/image"
    return None if generation.is_lost else generation.result_url
