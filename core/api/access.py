"""Who may call: the login session behind a request's cookie."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Security
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.security import APIKeyCookie
from starlette.responses import Response

from core import services
from core.context import Context
from core.errors import Unauthenticated, UnsupportedMediaType
from core.services import LoginToken
from core.settings import Settings
from core.sign_in.cookies import cookie_name, session_token


async def get_owner_id(request: Request) -> UUID:
    """The signed-in owner, found by the route of `signed_in_router`."""
    owner_id: UUID = request.state.owner_id
    return owner_id


async def get_reader(request: Request) -> LoginToken:
    """The token of whoever reads, which the read itself proves, in the same statement."""
    reader: LoginToken = request.state.reader
    return reader


OwnerId = Annotated[UUID, Depends(get_owner_id)]
Reader = Annotated[LoginToken, Depends(get_reader)]


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

    return _router(ctx, SignedInRoute, options)


def reading_router(ctx: Context, **options: Any) -> APIRouter:
    """A router like `signed_in_router` for routes that read: their service proves the login session.

    That saves a round trip to the database. A stranger still learns nothing of what a request lacks.
    """

    class ReadingRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def handle_reading(request: Request) -> Response:
                token = session_token(request, ctx.settings)
                if token is None:
                    raise Unauthenticated
                request.state.reader = LoginToken.of(token)
                try:
                    return await handle(request)
                except RequestValidationError:
                    if await services.get_login_session(ctx, token) is None:
                        raise Unauthenticated from None
                    raise

            return handle_reading

    return _router(ctx, ReadingRoute, options)


def _router(ctx: Context, route_class: type[APIRoute], options: dict[str, Any]) -> APIRouter:
    described = [Security(_described_cookie(ctx.settings))]
    return APIRouter(route_class=route_class, dependencies=described, **options)


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
