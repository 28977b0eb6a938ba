"""`/api/v1/tokens`: a person's API tokens, by the cookie only."""

from datetime import datetime
from typing import Annotated, NotRequired
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, BeforeValidator, Field
from starlette.responses import Response
from typing_extensions import TypedDict

from core import services
from core.api.access import Needs, owner_of, signed_in_router
from core.api_tokens import Scope
from core.context import Context
from core.envelope import NOT_BLANK, Success, described_errors, success_json
from core.services import MAX_DAYS, MAX_NAME_LENGTH, ApiToken

PATH = "/v1/tokens"


def _number(value: object) -> object:
    """Pydantic takes true for 1 and "7" for 7, which the description does not."""
    if isinstance(value, bool | str):
        raise ValueError("is a number of days")  # noqa: TRY004  (pydantic wants this one)
    return value


class CreateBody(BaseModel):
    name: str = Field(
        description="For you, to know it by.",
        examples=["Nightly pictures"],
        json_schema_extra={
            "minLength": 1,
            "maxLength": MAX_NAME_LENGTH,
            "pattern": NOT_BLANK,
        },
    )
    scopes: list[Scope] = Field(
        description="`read` may read, `generate` may submit and cancel as well.",
        examples=[["generate"]],
        json_schema_extra={"minItems": 1},
    )
    expires_in_days: Annotated[int, BeforeValidator(_number)] = Field(
        description="After that it is worthless.",
        examples=[90],
        json_schema_extra={"minimum": 1, "maximum": MAX_DAYS},
    )


class TokenShape(TypedDict):
    """An API token; its text is answered once, when it is made."""

    id: UUID
    name: str
    scopes: list[Scope]
    created_at: datetime
    last_used_at: NotRequired[Annotated[datetime, Field(description="To five minutes.")]]
    expires_at: datetime
    token: NotRequired[
        Annotated[
            str,
            Field(description="The token itself, only when it has just been made: nobody can read it again."),
        ]
    ]


class Tokens(TypedDict):
    items: list[TokenShape]


class Revoked(TypedDict):
    id: UUID


def create_router(ctx: Context) -> APIRouter:
    """The routes of the tokens."""
    router = signed_in_router(ctx, Needs.COOKIE, prefix=PATH, tags=["tokens"])

    @router.get("", response_model=Success[Tokens], responses=described_errors(400, 401, 403, 503))
    async def list_tokens(request: Request) -> Response:
        """Your API tokens that have not expired, newest first."""
        found = await services.list_api_tokens(ctx, owner_id=owner_of(request))
        return success_json(Tokens(items=[_shape(each) for each in found]))

    @router.post(
        "", response_model=Success[TokenShape], responses=described_errors(400, 401, 403, 408, 413, 415, 503)
    )
    async def create_token(request: Request, body: CreateBody) -> Response:
        """Make an API token. This is the only answer that has the token itself."""
        text, token = await services.create_api_token(
            ctx, owner_id=owner_of(request), name=body.name, scopes=body.scopes, days=body.expires_in_days
        )
        return success_json(_shape(token) | {"token": text}, {"Cache-Control": "no-store"})

    @router.post(
        "/{id}/revoke", response_model=Success[Revoked], responses=described_errors(400, 401, 403, 404, 503)
    )
    async def revoke_token(request: Request, id: UUID) -> Response:
        """Make a token worthless, at once and everywhere."""
        await services.revoke_api_token(ctx, id=id, owner_id=owner_of(request))
        return success_json(Revoked(id=id))

    return router


def _shape(token: ApiToken) -> TokenShape:
    shape = TokenShape(
        id=token.id,
        name=token.name,
        scopes=token.scopes,
        created_at=token.created_at,
        expires_at=token.expires_at,
    )
    if token.last_used_at:
        shape["last_used_at"] = token.last_used_at
    return shape
