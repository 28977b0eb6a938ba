"""An error as the answer to a request that no route has answered."""

from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Scope

from core.envelope import error_json
from core.errors import EaselError

ErrorPage = Callable[[EaselError, Scope], Response]
"""Makes the answer to a request from its error and its scope, which has the language of whoever asks."""


def error_response(scope: Scope, error: EaselError, error_page: ErrorPage) -> Response:
    """The error as JSON for programs, and as `error_page` makes it for people."""
    if scope["type"] == "websocket":
        return Response(status_code=error.status)
    return error_page(error, scope) if _is_for_people(scope) else error_json(error)


def without_page(error: EaselError, _: Scope) -> Response:
    """The same JSON for everybody."""
    return error_json(error)


def _is_for_people(scope: Scope) -> bool:
    return not scope["path"].startswith(("/api/", "/healthz", "/readyz", "/metrics"))
