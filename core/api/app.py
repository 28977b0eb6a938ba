"""The API as an application of its own, mounted at `/api`: all that is below answers in its envelope."""

import re

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from core.api import account, admin, gallery, generations, me, pictures, selections, tokens
from core.api.described_access import describe_access
from core.api.documentation import add_documentation
from core.api.generation_shape import PATH
from core.api.methods import refuse_other_methods
from core.context import Context
from core.envelope import error_json
from core.errors import EaselError, MethodNotAllowed, NotFound, ValidationFailed
from core.middleware import ErrorBoundaryMiddleware

_MOUNTED_AT = "/api"
_DOCUMENTATION_FILES = "/docs/static"
_OFTEN = ["read_generation", "fetch_picture", "list_generations"]
_DESCRIPTION = """Submit a prompt, read its generation until that has ended, fetch the picture.

Every JSON answer is `{"success": true, "data": ...}` or `{"success": false, "error": ...}`. Every answer has
`X-Request-Id`, and `HEAD` is answered wherever `GET` is."""


def create_api(ctx: Context) -> FastAPI:
    """The API; its documentation at `/docs` is served from here, not from another site."""
    api: FastAPI = FastAPIOffline(
        docs_url=None,
        redoc_url=None,
        title="Easel",
        version="1",
        description=_DESCRIPTION,
        contact={"name": "Whoever runs this site", "url": ctx.settings.public_url},
        license_info={"name": "MIT", "identifier": "MIT"},
        openapi_tags=[
            {"name": "generations", "description": "Prompts, and the pictures made of them."},
            {"name": "me", "description": "Whoever asks."},
            {"name": "tokens", "description": "API tokens, with which programs come in."},
        ],
        static_url=_DOCUMENTATION_FILES,
        redirect_slashes=False,
        telemetry={"tracing": False, "metrics": False, "logs": False},  # the whole application has its own
        exception_handlers={
            EaselError: _answer_easel_error,
            RequestValidationError: _answer_invalid,
            HTTPException: _answer_http_exception,
        },
    )
    router = APIRouter()
    routes = [
        route
        for part in (gallery, selections, generations, pictures, me, account, tokens, admin)
        for route in part.create_router(ctx).routes
    ]
    router.routes.extend(sorted(routes, key=_turn))
    refuse_other_methods(router)
    _keep_words_from_being_ids(router)
    # A router that is included has its routes matched twice, and after those of the documentation.
    api.router.routes[:0] = router.routes
    describe_access(api, ctx.settings)
    add_documentation(api, mounted_at=_MOUNTED_AT, static_url=_DOCUMENTATION_FILES)
    api.add_middleware(ErrorBoundaryMiddleware)
    return api


def _turn(route: BaseRoute) -> int:
    """What comes most is tried first."""
    assert isinstance(route, APIRoute)  # noqa: S101  (all parts have none but those)
    return _OFTEN.index(route.name) if route.name in _OFTEN else len(_OFTEN)


def _keep_words_from_being_ids(router: APIRouter) -> None:
    """Have "submit" or "archive" not be taken for the id of a generation."""
    routes = [route for route in router.routes if isinstance(route, Route)]
    words = {route.path.rpartition("/")[2] for route in routes if route.path.startswith(f"{PATH}/")} - {
        "{id}"
    }
    no_word = f"(?!(?:{'|'.join(sorted(words))})$)"
    for route in routes:
        if route.path == f"{PATH}/{{id}}":
            pattern = route.path_regex.pattern
            route.path_regex = re.compile(pattern.replace("(?P<id>", f"{no_word}(?P<id>"))


async def _answer_easel_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, EaselError)  # noqa: S101  (Starlette's handlers are typed for Exception)
    return error_json(error)


async def _answer_invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101  (as above)
    form_errors: list[str] = []
    field_errors: dict[str, list[str]] = {}
    for detail in error.errors():
        location = detail["loc"]
        is_field = len(location) > 1 and detail["type"] != "json_invalid"
        is_json = detail["type"] != "json_invalid"
        message = detail["msg"].removeprefix("Value error, ") if is_json else "Please send valid JSON."
        (field_errors.setdefault(str(location[1]), []) if is_field else form_errors).append(message)
    return error_json(ValidationFailed(form_errors=form_errors, field_errors=field_errors))


async def _answer_http_exception(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  (as above)
    match error.status_code:
        case 400:  # FastAPI could not read the body
            return error_json(ValidationFailed(form_errors=["Please send valid JSON."]))
        case 404:
            return error_json(NotFound())
        case 405:
            return error_json(MethodNotAllowed((error.headers or {})["Allow"]))
    raise error
