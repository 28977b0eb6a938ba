"""`/auth`: to the sign-in provider and back, the demo sign-in; `sign_out.py` has the way out."""

import asyncio
import logging
from datetime import timedelta
from urllib.parse import urlencode

import httpx
import httpx2
from authlib.integrations.base_client.errors import OAuthError
from fastapi import APIRouter, Request
from joserfc.errors import JoseError
from starlette.responses import RedirectResponse, Response

from core import services
from core.api.methods import refuse_other_methods
from core.context import Context
from core.errors import NotFound
from core.middleware.cross_site import comes_from_elsewhere
from core.services import Blocked, Person
from core.sign_in.admission import is_administrator, is_admitted
from core.sign_in.browsers import browser_of
from core.sign_in.cookies import delete_session_cookie, session_token, set_session_cookie
from core.sign_in.problems import NotVerified, SignInProblem
from core.sign_in.provider import SignInProvider
from core.sign_in.reasons import reason_of
from core.sign_in.return_path import DEFAULT_PATH, safe_return_path
from core.sign_in.sign_out import add_sign_out
from core.sign_in.step_up import check_anew, path_with

DEMO_PERSON = Person(issuer="easel:demo", subject="demo", name="Demo user", authenticated=timedelta(0))
_NEXT = "next"
_ANEW = "anew"

logger = logging.getLogger(__name__)


def create_router(ctx: Context, providers: dict[str, SignInProvider]) -> APIRouter:
    """The routes below `/auth`, those to `providers` and back among them."""
    router = APIRouter(prefix="/auth", include_in_schema=False)
    _add_login(router, ctx, providers)
    _add_callback(router, ctx, providers)
    _add_demo(router, ctx)
    add_sign_out(router, ctx, providers)
    refuse_other_methods(router)
    return router


def _add_login(router: APIRouter, ctx: Context, providers: dict[str, SignInProvider]) -> None:
    @router.get("/login/{provider_id}")
    async def login(
        request: Request, provider_id: str, next: str | None = None, prompt: str | None = None
    ) -> Response:
        """To the provider, remembering where to go afterwards; with `prompt=login` it has to ask again.

        Who comes from another site's page has not asked to sign in, and gets the page where one does.
        """
        path = safe_return_path(next)
        if comes_from_elsewhere(request):
            return _to_login({}, path)
        provider = providers.get(provider_id)
        if provider is None:
            return _back_to_login(SignInProblem.UNKNOWN_PROVIDER, path)
        request.session.clear()  # one sign-in at a time, or the cookie outgrows what browsers keep
        request.session[_NEXT] = path
        is_anew = prompt == "login"
        if is_anew:
            request.session[_ANEW] = True
        callback_url = f"{ctx.settings.public_url}/auth/callback/{provider_id}"
        try:
            return await provider.redirect(request, callback_url, is_anew=is_anew)
        except Exception as error:  # noqa: BLE001  (whatever a provider's discovery answers)
            return _failed(error, path, is_anew=is_anew)

    @router.head("/login/{provider_id}")
    @router.head("/callback/{provider_id}")
    async def head() -> Response:
        """GET begins or ends a sign-in, and a HEAD must do neither: it is told where one begins."""
        return RedirectResponse("/login", status_code=303)


def _add_callback(router: APIRouter, ctx: Context, providers: dict[str, SignInProvider]) -> None:
    @router.get("/callback/{provider_id}")
    async def callback(request: Request, provider_id: str) -> Response:
        """Back from the provider, with or without a person."""
        path = safe_return_path(request.session.pop(_NEXT, None))
        is_anew = request.session.pop(_ANEW, False)
        provider = providers.get(provider_id)
        if provider is None:
            return _back_to_login(SignInProblem.UNKNOWN_PROVIDER, path)
        try:
            person = await provider.identify(request)
        except Exception as error:  # noqa: BLE001  (whatever comes back from outside)
            request.session.clear()
            return _failed(error, path, is_anew=is_anew)
        if is_anew:
            checked = await check_anew(ctx, request, person, provider)
            if isinstance(checked, NotVerified):
                return _failed(checked, path, is_anew=True)
            person = checked
        return await _admitted(ctx, request, person, path, provider_id)


def _add_demo(router: APIRouter, ctx: Context) -> None:
    @router.post("/demo")
    async def demo(request: Request, next: str | None = None) -> Response:
        """Everyone is the same demo user; in local mode without a provider only."""
        if not ctx.settings.has_demo_sign_in:
            raise NotFound
        path = safe_return_path(next)
        return await _signed_in(ctx, request, DEMO_PERSON, path, is_admin=True, provider_id=None)


async def _signed_in(
    ctx: Context, request: Request, person: Person, path: str, *, is_admin: bool, provider_id: str | None
) -> Response:
    await services.sign_out(ctx, session_token(request, ctx.settings))
    # The library reads its rules at the first call.
    browser = await asyncio.to_thread(browser_of, request.headers.get("user-agent", ""))
    token = await services.sign_in(ctx, person, is_admin=is_admin, browser=browser)
    response = RedirectResponse(path, status_code=303)
    set_session_cookie(response, ctx.settings, token, provider_id)
    return response


async def _admitted(ctx: Context, request: Request, person: Person, path: str, provider_id: str) -> Response:
    if not is_admitted(ctx.settings, person):
        return await _turned_away(ctx, request, person, path)
    try:
        is_admin = is_administrator(ctx.settings, person)
        return await _signed_in(ctx, request, person, path, is_admin=is_admin, provider_id=provider_id)
    except Blocked:
        logger.info("%s", SignInProblem.BLOCKED)
        return _back_to_login(SignInProblem.BLOCKED, path)


async def _turned_away(ctx: Context, request: Request, person: Person, path: str) -> Response:
    """Whoever was admitted before is not any more: all that they came in with ends, and nothing is kept."""
    logger.info("%s", SignInProblem.NOT_ADMITTED)
    await services.turn_away(ctx, person.owner_id)
    await services.sign_out(ctx, session_token(request, ctx.settings))
    response = _back_to_login(SignInProblem.NOT_ADMITTED, path)
    delete_session_cookie(response, ctx.settings)
    return response


def _failed(error: Exception, path: str, *, is_anew: bool) -> Response:
    problem = _problem_of(error)
    logger.warning("%s: %s", problem, reason_of(error))
    if is_anew:  # they are still signed in, and the login page is not for them
        return RedirectResponse(path_with(problem, path), status_code=303)
    return _back_to_login(problem, path)


def _problem_of(error: Exception) -> SignInProblem:
    # A tuple, not a set: a provider's `error` can be anything, unhashable too.
    if isinstance(error, OAuthError) and error.error in ("access_denied", "login_required"):
        return SignInProblem.CANCELED
    if isinstance(error, OAuthError) and error.error == "mismatching_state":
        return SignInProblem.EXPIRED
    if isinstance(error, (OAuthError, JoseError, NotVerified)):
        return SignInProblem.FAILED
    if isinstance(error, (httpx.HTTPError, httpx2.HTTPError, TimeoutError)):
        return SignInProblem.UNAVAILABLE
    logger.debug("Unexpected error of a sign-in", exc_info=error)
    return SignInProblem.FAILED


def _back_to_login(problem: SignInProblem, path: str) -> Response:
    return _to_login({"error": problem.value}, path)


def _to_login(query: dict[str, str], path: str) -> Response:
    query |= {"next": path} if path != DEFAULT_PATH else {}
    return RedirectResponse(f"/login?{urlencode(query)}" if query else "/login", status_code=303)
