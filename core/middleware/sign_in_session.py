"""What a sign-in remembers on its way to the provider and back, in a signed cookie."""

from itsdangerous import TimestampSigner
from starlette.middleware.sessions import SessionMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

_PATH = "/auth"


class SignInSessionMiddleware(SessionMiddleware):
    """Starlette's session, where people sign in and out: no other request pays for it.

    What was signed by `previous_key` is still read, and signed by `secret_key` from then on.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        secret_key: str,
        previous_key: str | None,
        session_cookie: str,
        path: str,
        max_age: int,
        https_only: bool,
    ) -> None:
        super().__init__(app, secret_key, session_cookie, max_age=max_age, path=path, https_only=https_only)
        if previous_key:
            self.signer = TimestampSigner([previous_key, secret_key])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(f"{_PATH}/"):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)
