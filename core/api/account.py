"""`/api/v1/me/...`: the browsers in which a person is signed in, their export, the end of their account."""

from datetime import datetime
from typing import Annotated, NotRequired
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import Response, StreamingResponse
from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

from core import services
from core.api.access import Needs, owner_of, reader_of, signed_in_router
from core.api.generation_shape import shape_of
from core.api.me import PATH
from core.api.zips import Accept, described_zip, zip_answer
from core.context import Context
from core.envelope import Success, described_errors, success_json
from core.middleware.head import is_head
from core.services import CONFIRMATION
from core.sign_in.cookies import delete_session_cookie

_EXPORT = described_zip("A zip of every picture, and of `generations.json`.")
_NO_STORE = {"Cache-Control": "private, no-store"}


class SessionShape(TypedDict):
    """A browser in which you are signed in."""

    id: UUID
    browser: NotRequired[Annotated[str, Field(examples=["Firefox on Windows"])]]
    created_at: datetime
    last_seen_at: Annotated[datetime, Field(description="To five minutes.")]
    is_current: Annotated[bool, Field(description="Whether it is the one that asks.")]


class Sessions(TypedDict):
    items: list[SessionShape]


class Ended(TypedDict):
    id: UUID


class OthersEnded(TypedDict):
    count: Annotated[int, Field(description="How many there were.")]


class DeleteBody(BaseModel):
    confirm: str = Field(
        description="The words that say that you mean it.",
        examples=[CONFIRMATION],
        json_schema_extra={"const": CONFIRMATION},
    )


class Gone(TypedDict):
    deleted: Annotated[bool, Field(description="Always true.")]


def create_router(ctx: Context) -> APIRouter:
    """The routes."""
    router = signed_in_router(ctx, Needs.COOKIE, prefix=PATH, tags=["me"])
    _add_sessions(router, ctx)

    @router.get(
        "/export", response_class=StreamingResponse, responses=_EXPORT | described_errors(401, 403, 503)
    )
    async def export_account(request: Request, accept: Accept = None) -> Response:
        """All that you have made, as a zip that is sent while it is made. One at a time: else 429."""
        parts = None
        if not is_head(request.scope):
            parts = await services.export_account(
                ctx,
                owner_id=owner_of(request),
                presented=reader_of(request),
                describe=lambda each: shape_of(each, ctx.settings),
            )
        return zip_answer(parts, "easel-export", accept)

    @router.post(
        "/delete", response_model=Success[Gone], responses=described_errors(400, 401, 403, 408, 413, 415, 503)
    )
    async def delete_account(request: Request, body: DeleteBody) -> Response:
        """Delete your account: all pictures and prompts, API tokens and sign-ins. Nothing brings it back.

        It takes a sign-in of the last 10 minutes that the account page began, or in which the provider told
        that it had asked who it is: else 403, with `details.cause` `SIGN_IN_TOO_OLD`.
        """
        await services.delete_account(
            ctx, owner_id=owner_of(request), presented=reader_of(request), confirmed=body.confirm
        )
        response = success_json(Gone(deleted=True), _NO_STORE)
        delete_session_cookie(response, ctx.settings)
        return response

    return router


def _add_sessions(router: APIRouter, ctx: Context) -> None:
    @router.get("/sessions", response_model=Success[Sessions], responses=described_errors(401, 403, 503))
    async def list_sessions(request: Request) -> Response:
        """The browsers in which you are signed in, the last used first."""
        current = reader_of(request).hash
        found = await services.list_login_sessions(ctx, owner_id=owner_of(request))
        return success_json(Sessions(items=[_shape(each, current) for each in found]), _NO_STORE)

    @router.post(
        "/sessions/{id}/end",
        response_model=Success[Ended],
        responses=described_errors(400, 401, 403, 404, 503),
    )
    async def end_session(request: Request, id: UUID) -> Response:
        """Sign one browser out, at once."""
        await services.end_login_session(ctx, id=id, owner_id=owner_of(request))
        return success_json(Ended(id=id))

    @router.post(
        "/sessions/end-others", response_model=Success[OthersEnded], responses=described_errors(401, 403, 503)
    )
    async def end_other_sessions(request: Request) -> Response:
        """Sign out every browser but this one."""
        return success_json(
            OthersEnded(count=await services.end_other_login_sessions(ctx, reader_of(request)))
        )


def _shape(session: services.LoginSession, current: bytes) -> SessionShape:
    shape = SessionShape(
        id=session.id,
        created_at=session.created_at,
        last_seen_at=session.last_seen_at,
        is_current=session.token_hash == current,
    )
    if session.browser:
        shape["browser"] = session.browser
    return shape
