"""HEAD wherever GET is: what GET would answer, without the body."""

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

# What GET does here it does for good: it begins or ends a sign-in, or connects a page.
_GET_IS_AN_ACT = ("/auth/", "/_nicegui_ws/")
_IS_HEAD = "easel.is_head"


def is_head(scope: Scope) -> bool:
    """Whether a GET is a HEAD that was handed on: what it answers goes nowhere, and is no act to be noted."""
    return _IS_HEAD in scope


class HeadMiddleware:
    """Hands HEAD on as GET, and sends no more of the answer than its head.

    `forget` is called afterwards with the scope that was handed on, for what the answer to a GET leaves
    behind: whoever sends HEAD never comes back for it.
    """

    def __init__(self, app: ASGIApp, *, forget: Callable[[Scope], None]) -> None:
        self.app = app
        self.forget = forget

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_asked = scope["type"] == "http" and scope["method"] == "HEAD"
        if not is_asked or scope["path"].startswith(_GET_IS_AN_ACT):
            await self.app(scope, receive, send)
            return
        as_get = {**scope, "method": "GET", _IS_HEAD: True}
        try:
            await self.app(as_get, receive, _only_head(send))
        finally:
            if "route" in as_get:
                scope["route"] = as_get["route"]  # for who counts requests
            self.forget(as_get)


def _only_head(send: Send) -> Send:
    """Ends the answer after its head; a picture that is being read sees its reader gone, and stops."""
    is_sent = False

    async def send_head(message: Message) -> None:
        nonlocal is_sent
        if is_sent:
            return
        is_sent = True
        await send(message)
        await send({"type": "http.response.body"})

    return send_head
