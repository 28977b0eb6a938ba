"""Who may call: the login session behind a request's cookie."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from core import services
from core.context import Context, get_context
from core.errors import Unauthenticated, UnsupportedMediaType
from core.sign_in.cookies import session_token


def get_owner_id(request: Request) -> UUID:
    """The signed-in owner, found by `SignedInRoute`."""
    owner_id: UUID = request.state.owner_id
    return owner_id


OwnerId = Annotated[UUID, Depends(get_owner_id)]
Ctx = Annotated[Context, Depends(get_context)]


class SignedInRoute(APIRoute):
    """A route for signed-in people that takes JSON only.

    Both are checked before FastAPI reads the body, so that a stranger learns nothing of what it
    would have said of it.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_signed_in(request: Request) -> Response:
            ctx = get_context(request)
            token = session_token(request, ctx.settings)
            login_session = await services.get_login_session(ctx, token)
            if login_session is None:
                raise Unauthenticated
            request.state.owner_id = login_session.owner_id
            if self.body_field and not _is_json(request.headers.get("content-type", "")):
                raise UnsupportedMediaType
            return await handle(request)

        return handle_signed_in


def _is_json(content_type: str) -> bool:
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )
