"""The error page: plain HTML, which shows even when other parts are broken."""

import logging
from html import escape

from fastapi import Request
from nicegui import app as nicegui_app
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from core.errors import EaselError, InternalError, MethodNotAllowed, NotFound
from core.logs import request_id
from ui.assets import asset_url, head_html
from ui.icons import svg

_TITLES = {403: "Not from here", 404: "Nothing here", 405: "Not in this way", 503: "Back in a moment"}

# In place of a sentence that says what the title has said.
_LEADS = {NotFound.code: "Perhaps it was deleted, or the address is mistyped."}

logger = logging.getLogger(__name__)


def error_page(error: EaselError) -> Response:
    """The answer for an error: its sentence, a link to the start, and for support its code and request id."""
    title = _TITLES.get(error.status, "Something went wrong")
    return HTMLResponse(
        f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} · Easel</title>
<link rel="icon" href="{asset_url("favicon.svg")}">
{head_html()}
</head>
<body>
<main class="page centered"><section class="card stack">
<span class="icon icon--large">{svg("easel")}</span>
<h1>{escape(title)}</h1>
<p class="lead">{escape(_LEADS.get(error.code, error.message))}</p>
<a class="button button--primary" href="/">Go to the start</a>
<p class="small">{escape(error.code)} · {escape(request_id.get())}</p>
</section></main>
</body>
</html>""",
        status_code=error.status,
        headers=error.headers,
    )


def answer_page_errors() -> None:
    """Replace NiceGUI's error page, for unknown addresses and methods, and for errors in a page."""

    @nicegui_app.exception_handler(404)
    async def not_found(_: Request, error: Exception) -> Response:  # noqa: ARG001  (NiceGUI passes it)
        return error_page(NotFound())

    @nicegui_app.exception_handler(405)
    async def unknown_method(_: Request, error: HTTPException) -> Response:
        return error_page(MethodNotAllowed((error.headers or {})["Allow"]))

    @nicegui_app.exception_handler(EaselError)
    async def expected(_: Request, error: EaselError) -> Response:
        return error_page(error)

    @nicegui_app.exception_handler(Exception)
    async def unexpected(_: Request, error: Exception) -> Response:
        logger.error("Unexpected error while a page was built", exc_info=error)
        return error_page(InternalError())
