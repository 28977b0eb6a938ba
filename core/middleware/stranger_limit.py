"""Strangers who ask for pages, and sign-ins: as many as their address may have."""

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from core.callers import LoginToken
from core.envelope import error_json
from core.errors import RateLimited
from core.middleware.error_response import ErrorPage, error_response
from core.rate_limits import Policy, RateLimits, address_of

# Sign-ins have a count of their own, the API counts by itself, and the rest costs next to nothing.
_SIGN_IN = ("/auth/login/", "/auth/callback/", "/auth/demo")
_SIGN_OUT = "/auth/logout"
_UNCOUNTED = ("/api/", "/assets/", "/_nicegui", "/healthz", "/readyz", "/auth/")


class StrangerLimitMiddleware:
    """Refuses what passes the limits, before anything is looked up or built."""

    def __init__(
        self, app: ASGIApp, *, limits: RateLimits, session_cookie: str, error_page: ErrorPage = error_json
    ) -> None:
        self.app = app
        self.limits = limits
        self.session_cookie = session_cookie
        self.error_page = error_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            if scope["type"] == "http":
                self._count(scope)
        except RateLimited as refusal:
            await error_response(scope, refusal, self.error_page)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _count(self, scope: Scope) -> None:
        path = scope["path"]
        if path.startswith(_SIGN_IN):
            self.limits.hit(Policy.SIGN_INS, address_of(HTTPConnection(scope)))
        elif path == _SIGN_OUT or not path.startswith(_UNCOUNTED):
            connection = HTTPConnection(scope)
            if not self._is_known(connection.cookies.get(self.session_cookie)):
                self.limits.hit(Policy.READS, address_of(connection))

    def _is_known(self, cookie: str | None) -> bool:
        """Whether the cookie is one that was proved before; any other is a stranger's until it is."""
        return cookie is not None and self.limits.known_owner(LoginToken.of(cookie).hash) is not None
