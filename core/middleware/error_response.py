"""An error as the answer to a request that no route has answered."""

from collections.abc import Callable

from starlette.responses import Response
from starlette.types import Scope

from core.envelope import error_json
from core.errors import EaselError

ErrorPage = Callable[[EaselError], Response]


def error_response(scope: Scope, error: EaselError, error_page: ErrorPage) -> Response:
    """The error as JSON for programs, and as `error_page` makes it for people."""
    if scope["type"] == "websocket":
        return Response(status_code=error.status)
    return error_page(error) if _is_for_people(scope) else error_json(error)


def _is_for_people(scope: Scope) -> bool:
    return not scope["path"].startswith(("/api/", "/healthz", "/readyz"))
