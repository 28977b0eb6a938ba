"""The Content Security Policy of NiceGUI's pages, with a nonce of each answer for what is written into it."""

from collections.abc import Sequence

from nicegui import app as nicegui_app
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.content_security_policy import HEADER, new_nonce, page_policy


def send_policy_of_each_page() -> None:
    """After `ui.run_with`, so that each of its answers passes here."""
    nicegui_app.add_middleware(_PagePolicyMiddleware)


def nonce_of(request: Request) -> str:
    """The nonce of the answer to `request`. For the page's template alone: what has it, runs."""
    if not hasattr(request.state, "nonce"):
        request.state.nonce = new_nonce()
    nonce: str = request.state.nonce
    return nonce


def allow_images(request: Request, sources: Sequence[str]) -> None:
    """Let the page show pictures from there too."""
    request.state.image_sources = sources


class _PagePolicyMiddleware:
    """Sends the policy of whatever page was made by the template; error pages and files have another."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_policy(message: Message) -> None:
            state = scope.get("state", {})
            if message["type"] == "http.response.start" and "nonce" in state:
                policy = page_policy(f"nonce-{state['nonce']}", images=state.get("image_sources", ()))
                MutableHeaders(scope=message).setdefault(HEADER, policy)
            await send(message)

        await self.app(scope, receive, send_with_policy)
