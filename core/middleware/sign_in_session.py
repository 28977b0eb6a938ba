"""What a sign-in remembers on its way to the provider and back, in a signed cookie."""

from starlette.middleware.sessions import SessionMiddleware
from starlette.types import Receive, Scope, Send

_PATH = "/auth"


class SignInSessionMiddleware(SessionMiddleware):
    """Starlette's session, where people sign in and out: no other request pays for it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(f"{_PATH}/"):
            await super().__call__(scope, receive, send)
        else:
            await self.app(scope, receive, send)
