"""The last place where an error is caught."""

import asyncio
import logging

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import EaselError, InternalError, ServiceUnavailable
from core.middleware.error_response import ErrorPage, error_response, without_page
from core.sentences import Sentence

_RESTARTING = Sentence("Easel is being restarted. Please try again in a few seconds.")

logger = logging.getLogger(__name__)


class ErrorBoundaryMiddleware:
    """Turns an error that nothing else has handled into a logged, well-formed 500."""

    def __init__(self, app: ASGIApp, *, error_page: ErrorPage = without_page) -> None:
        self.app = app
        self.error_page = error_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_started = is_complete = False

        async def watched_send(message: Message) -> None:
            nonlocal has_started, is_complete
            has_started = has_started or message["type"] == "http.response.start"
            is_complete = message["type"] == "http.response.body" and not message.get("more_body")
            await send(message)

        try:
            await self.app(scope, receive, watched_send)
        except asyncio.CancelledError:
            # By the server, which stops and has waited long enough.
            if scope["type"] == "http" and not has_started:
                response = error_response(scope, ServiceUnavailable(_RESTARTING), self.error_page)
                await response(scope, receive, send)
            raise
        except Exception as error:
            if is_complete:
                return  # Starlette answers and raises; whoever answered has logged it
            if scope["type"] != "http" or has_started:
                raise
            await error_response(scope, _known(error), self.error_page)(scope, receive, send)


def _known(error: Exception) -> EaselError:
    """The error itself if it is one of ours; otherwise it is logged, and nothing of it is told."""
    if isinstance(error, EaselError):
        return error
    logger.error("Unexpected error", exc_info=error)
    return InternalError()
