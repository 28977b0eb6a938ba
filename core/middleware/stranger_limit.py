"""Strangers who ask for pages or their sockets, and sign-ins: as many as their address may have."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from urllib.parse import parse_qs

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from core.callers import LoginToken
from core.errors import RateLimited
from core.middleware.error_response import ErrorPage, error_response, without_page
from core.rate_limits import Policy, RateLimits, address_of

# Sign-ins have a count of their own, the API counts by itself, and the rest costs next to nothing.
_SIGN_IN = ("/auth/login/", "/auth/callback/", "/auth/demo", "/auth/logout/")
_SIGN_OUT = "/auth/logout"
_UNCOUNTED = ("/api/", "/assets/", "/_nicegui", "/healthz", "/readyz", "/metrics", "/auth/")


# Each that is opened by polling is kept for half a minute, also without a connection.
_SOCKETS = "/_nicegui_ws/"


def _is_counted(scope: Scope) -> bool:
    path: str = scope["path"]
    if path.startswith(_SOCKETS):
        return "sid" not in parse_qs(scope["query_string"].decode("latin-1"))  # as who opens them reads it
    return path.startswith(_SIGN_IN) or path == _SIGN_OUT or not path.startswith(_UNCOUNTED)


class StrangerLimitMiddleware:
    """Refuses what passes the limits, before anything is looked up or built. What strangers may have is
    taken up one after the other.

    Web sockets are not counted: each page opens one, all pages at once after a restart, and it is there no
    longer than its connection, of which the server has a limit.
    """

    def __init__(
        self, app: ASGIApp, *, limits: RateLimits, session_cookie: str, error_page: ErrorPage = without_page
    ) -> None:
        self.app = app
        self.limits = limits
        self.session_cookie = session_cookie
        self.error_page = error_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _is_counted(scope):
            await self.app(scope, receive, send)
            return
        async with AsyncExitStack() as counting:
            try:
                await counting.enter_async_context(self._counted(scope))
            except RateLimited as refusal:
                await error_response(scope, refusal, self.error_page)(scope, receive, send)
                return
            await self.app(scope, receive, send)

    @asynccontextmanager
    async def _counted(self, scope: Scope) -> AsyncIterator[None]:
        """Raises `RateLimited` before the block. A cookie that nobody has proved, now as little as before,
        is a stranger's."""
        connection = HTTPConnection(scope)
        address, cookie = address_of(connection), connection.cookies.get(self.session_cookie)
        is_sign_in = scope["path"].startswith(_SIGN_IN)
        if is_sign_in or cookie is None:
            self.limits.hit(Policy.SIGN_INS if is_sign_in else Policy.READS, address)
            await self.limits.turn(address)
            yield
        elif self._is_known(cookie):
            yield
        else:
            with self.limits.proving(Policy.READS, address):
                await self.limits.turn(address)
                yield
            if not self._is_known(cookie):
                with suppress(RateLimited):  # of the next one
                    self.limits.hit(Policy.READS, address)

    def _is_known(self, cookie: str) -> bool:
        return self.limits.known_owner(LoginToken.of(cookie).hash) is not None
