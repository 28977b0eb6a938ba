"""Who may call what: the login session behind a request's cookie, or the API token in its header.

Each route says what it needs, and is refused here before FastAPI reads the body, so that a stranger learns
nothing of what it would have said of it.
"""

from collections.abc import Callable, Coroutine
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from core import services
from core.api.arguments import arguments_of
from core.api.counting import Counted, prove
from core.api_tokens import Scope as TokenScope
from core.api_tokens import is_api_token
from core.callers import asker, note_asker
from core.context import Context
from core.errors import Forbidden, NotFound, Unauthenticated, UnsupportedMediaType
from core.rate_limits import Policy
from core.sentences import Sentence
from core.services import LoginToken
from core.settings import Settings
from core.sign_in.cookies import session_token

_NOT_VALID = Sentence("This API token is not valid: it is mistyped, has expired or was revoked.")
_NEEDS_COOKIE = Sentence("An API token cannot do this. Please do it in the browser.")


class Needs(StrEnum):
    """What a caller needs for a route."""

    READ = "read"
    """Any login session or API token."""
    GENERATE = "generate"
    """A login session, or an API token with that scope."""
    COOKIE = "cookie"
    """A login session."""
    ADMIN = "admin"
    """An administrator's login session; for anybody else there is nothing."""


class Presented(NamedTuple):
    """What a request presents, which may be worth nothing."""

    token: LoginToken
    is_api_token: bool


# No dependencies of FastAPI: to solve one at each request took a tenth of the time of a read.
def owner_of(request: Request) -> UUID:
    """The caller, found by the route of `signed_in_router`."""
    owner_id: UUID = request.state.owner_id
    return owner_id


def reader_of(request: Request) -> LoginToken:
    """What the caller presented, which a read itself proves, in the same statement."""
    presented: Presented = request.state.presented
    return presented.token


def tell_owner(request: Request, owner_id: UUID) -> None:
    """Note whose token it was that a read has proved."""
    note_asker(request.scope, owner_id)
    prove(request)


def is_admin(request: Request) -> bool:
    """Whether the caller's sign-in was an administrator's; no API token is."""
    return bool(request.state.is_admin)


def presented_by(request: Request, settings: Settings) -> Presented:
    """A bearer token, else the cookie. Raises `Unauthenticated` for neither, and for no token of ours."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        if not is_api_token(text):
            raise Unauthenticated(_NOT_VALID)
        return Presented(LoginToken.of(text), is_api_token=True)
    cookie = session_token(request, settings)
    if cookie is None or is_api_token(cookie):
        raise Unauthenticated
    return Presented(LoginToken.of(cookie), is_api_token=False)


def signed_in_router(ctx: Context, needs: Needs, **options: Any) -> APIRouter:
    """A router for those who may do what `needs` says, that takes JSON only; `options` are an `APIRouter`'s.

    Its routes raise `Unauthenticated`, `Forbidden` and `UnsupportedMediaType`.
    """

    class SignedInRoute(APIRoute):
        @property
        def needs(self) -> Needs:
            return needs

        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def handle_signed_in(request: Request) -> Response:
                policy = Policy.READS if "GET" in (self.methods or ()) else Policy.CHANGES
                counted = Counted(ctx.rate_limits, policy, request)
                with counted.as_stranger_if_refused():
                    presented = request.state.presented = presented_by(request, ctx.settings)
                    counted.begin(presented.token)
                    caller = await _caller(ctx, request, presented, needs)
                request.state.owner_id, request.state.is_admin = caller
                counted.end(caller[0])
                if self.body_field and not _is_json(request.headers.get("content-type", "")):
                    raise UnsupportedMediaType
                return await handle(request)

            return handle_signed_in

    return _router(SignedInRoute, options)


def reading_router(ctx: Context, *, is_counted: bool = True, **options: Any) -> APIRouter:
    """A router for routes that read: their service proves the login session or token.

    That saves a round trip to the database. A stranger still learns nothing of what a request lacks. Such a
    route has no body and no dependencies, and returns a `Response`: what FastAPI does for those is
    left out, which took a fifth of the time of a read. It calls `tell_owner` where it knows the owner. Where
    it is not `is_counted`, browsers may ask as often as they like.
    """

    class ReadingRoute(APIRoute):
        @property
        def needs(self) -> Needs:
            return Needs.READ

        async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
            request = Request(scope, receive, send)
            counted = Counted(ctx.rate_limits, Policy.READS, request)
            with counted.as_stranger_if_refused():
                presented = request.state.presented = presented_by(request, ctx.settings)
                counted.begin(presented.token, is_counted=is_counted or presented.is_api_token)
                values, problems = arguments_of(self.dependant, request)
                if problems:
                    await _caller(ctx, request, presented, Needs.READ)
                    raise RequestValidationError(problems)
                response = await self._answer(request, presented, values)
                if counted.is_to_learn:
                    counted.end(asker(scope) or (await _caller(ctx, request, presented, Needs.READ))[0])
            await response(scope, receive, send)

        async def _answer(self, request: Request, presented: Presented, values: dict[str, Any]) -> Response:
            try:
                response: Response = await self.endpoint(request=request, **values)
            except Unauthenticated:
                raise Unauthenticated(_NOT_VALID if presented.is_api_token else None) from None
            except NotFound:
                await _find_asker(ctx, request, presented)
                raise
            return response

    return _router(ReadingRoute, options)


async def _find_asker(ctx: Context, request: Request, presented: Presented) -> None:
    """For the log, which has to say who looked for what is not theirs."""
    if asker(request.scope) is None:
        await _caller(ctx, request, presented, Needs.READ)


async def _caller(ctx: Context, request: Request, presented: Presented, needs: Needs) -> tuple[UUID, bool]:
    """The owner of what was presented, and whether they are an administrator.

    Raises `Unauthenticated`, and `Forbidden` or `NotFound` when it does not suffice.
    """
    if presented.is_api_token:
        token = await services.find_api_token(ctx, presented.token)
        if token is None:
            raise Unauthenticated(_NOT_VALID)
        note_asker(request.scope, token.owner_id)
        if needs is Needs.ADMIN:
            raise NotFound
        if needs is Needs.COOKIE:
            raise Forbidden(_NEEDS_COOKIE)
        if needs is Needs.GENERATE and TokenScope.GENERATE not in token.scopes:
            raise Forbidden(
                Sentence('This API token may not do this: it lacks the scope "{scope}".', scope=needs)
            )
        return token.owner_id, False
    login_session = await services.find_login_session(ctx, presented.token)
    if login_session is None:
        raise Unauthenticated
    note_asker(request.scope, login_session.owner_id)
    if needs is Needs.ADMIN and not login_session.is_admin:
        raise NotFound
    return login_session.owner_id, login_session.is_admin


def _router(route_class: type[APIRoute], options: dict[str, Any]) -> APIRouter:
    return APIRouter(route_class=route_class, generate_unique_id_function=lambda route: route.name, **options)


def _is_json(content_type: str) -> bool:
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )
