"""An error as the answer to a request that no route has answered."""

from starlette.responses import Response
from starlette.types import Scope

from core.envelope import failure
from core.errors import EaselError


def error_response(scope: Scope, error: EaselError) -> Response:
    """The error as JSON for programs, as a page for people."""
    if scope["type"] == "websocket":
        return Response(status_code=error.status)
    render = scope["app"].state.render_error_page if _is_for_people(scope) else failure
    response: Response = render(error)
    return response


def _is_for_people(scope: Scope) -> bool:
    return not scope["path"].startswith(("/api/", "/healthz", "/readyz"))
