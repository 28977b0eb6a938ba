"""Other sites' pages, which a browser sends here with the cookies of whoever looks at them."""

from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from core.errors import Forbidden
from core.middleware.error_response import ErrorPage, error_response, without_page
from core.middleware.methods import SAFE_METHODS

# Where pages connect: also a GET is an act there, which opens a socket or takes what waits in it.
_SOCKETS = "/_nicegui_ws/"


def comes_from_elsewhere(request: HTTPConnection) -> bool:
    """Whether a browser says that another site's page, a link there for one, has led to this request."""
    return _is_of_elsewhere(request.headers)


def _is_of_elsewhere(headers: Headers) -> bool:
    return headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}


class CrossSiteMiddleware:
    """Refuses what another site's page sends to change something, and its sockets, web sockets or not.

    Whoever sends neither `Origin` nor `Sec-Fetch-Site` is no browser, and brings nobody else's cookies.
    """

    def __init__(
        self, app: ASGIApp, *, allowed_origins: Iterable[str], error_page: ErrorPage = without_page
    ) -> None:
        self.app = app
        self.error_page = error_page
        self.allowed_origins = frozenset(allowed_origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._is_refused(scope):
            await error_response(scope, Forbidden(), self.error_page)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _is_refused(self, scope: Scope) -> bool:
        if scope["type"] == "lifespan":
            return False
        if scope.get("method") in SAFE_METHODS and not scope["path"].startswith(_SOCKETS):
            return False
        headers = Headers(scope=scope)
        if scope["path"].startswith("/api/") and headers.get("authorization", "")[:7].lower() == "bearer ":
            return False  # a page of another site has no such token, and cannot send one unasked
        if _is_of_elsewhere(headers):
            return True
        origin = headers.get("origin")
        return origin is not None and origin not in self.allowed_origins
