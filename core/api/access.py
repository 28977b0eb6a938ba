"""Who may call: the login session behind a request's cookie."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Security
from fastapi.routing import APIRoute
from fastapi.security import APIKeyCookie
from starlette.responses import Response

from core import services
from core.context import Context
from core.errors import Unauthenticated, UnsupportedMediaType
from core.settings import Settings
from core.sign_in.cookies import cookie_name, session_token


def get_owner_id(request: Request) -> UUID:
    """The signed-in owner, found by the route of `signed_in_router`."""
    owner_id: UUID = request.state.owner_id
    return owner_id


OwnerId = Annotated[UUID, Depends(get_owner_id)]


def signed_in_router(ctx: Context, **options: Any) -> APIRouter:
    """A router for signed-in people that takes JSON only; `options` are those of an `APIRouter`.

    Its routes raise `Unauthenticated` and `UnsupportedMediaType` before FastAPI reads the body, so that
    a stranger learns nothing of what it would have said of it.
    """

    class SignedInRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def handle_signed_in(request: Request) -> Response:
                login_session = await services.get_login_session(ctx, session_token(request, ctx.settings))
                if login_session is None:
                    raise Unauthenticated
                request.state.owner_id = login_session.owner_id
                if self.body_field and not _is_json(request.headers.get("content-type", "")):
                    raise UnsupportedMediaType
                return await handle(request)

            return handle_signed_in

    return APIRouter(
        route_class=SignedInRoute, dependencies=[Security(_described_cookie(ctx.settings))], **options
    )


def _described_cookie(settings: Settings) -> APIKeyCookie:
    """The cookie for OpenAPI. It refuses nobody: the route has done that before."""
    return APIKeyCookie(
        name=cookie_name(settings),
        scheme_name="login_session",
        description="The cookie that signing in sets.",
        auto_error=False,
    )


def _is_json(content_type: str) -> bool:
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )
