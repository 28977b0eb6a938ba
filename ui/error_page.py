"""The error page: plain HTML, which shows even when other parts are broken."""

import logging
from html import escape

from fastapi import Request
from nicegui import app as nicegui_app
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, Response
from starlette.types import Scope

from core.content_security_policy import HEADER, page_policy
from core.errors import EaselError, InternalError, MethodNotAllowed, NotFound
from core.logs import request_id
from ui.assets import asset_url, head_html
from ui.icons import svg
from ui.languages import VARY, language_of
from ui.words import gettext_noop, translated_to

_TITLES = {
    403: gettext_noop("Not from here"),
    404: gettext_noop("Nothing here"),
    405: gettext_noop("Not in this way"),
    503: gettext_noop("Back in a moment"),
}
_OTHERWISE = gettext_noop("Something went wrong")

# In place of a sentence that says what the title has said.
_LEADS = {NotFound.code: gettext_noop("Perhaps it was deleted, or the address is mistyped.")}

_POLICY = {HEADER: page_policy()}

logger = logging.getLogger(__name__)


def error_page(error: EaselError, scope: Scope) -> Response:
    """The answer for an error: its sentence, a link to the start, and for support its code and request id."""
    language = language_of(HTTPConnection(scope))
    title = language.t(_TITLES.get(error.status, _OTHERWISE))
    lead = _LEADS.get(error.code)
    text = language.t(lead) if lead else translated_to(language, *error.sentences)
    way_out = language.t("Go to the start")
    return HTMLResponse(
        f"""<!doctype html>
<html lang="{language.tag}" dir="{language.direction}">
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
<p class="lead">{escape(text)}</p>
<a class="button button--primary" href="/">{way_out}</a>
<p class="small">{escape(error.code)} · {escape(request_id.get())}</p>
</section></main>
</body>
</html>""",
        status_code=error.status,
        headers=error.headers | VARY | _POLICY,
    )


def answer_page_errors() -> None:
    """Replace NiceGUI's error page, for unknown addresses and methods, and for errors in a page."""

    @nicegui_app.exception_handler(404)
    async def not_found(request: Request, error: Exception) -> Response:  # noqa: ARG001  (NiceGUI passes it)
        return error_page(NotFound(), request.scope)

    @nicegui_app.exception_handler(405)
    async def unknown_method(request: Request, error: HTTPException) -> Response:
        return error_page(MethodNotAllowed((error.headers or {})["Allow"]), request.scope)

    @nicegui_app.exception_handler(EaselError)
    async def expected(request: Request, error: EaselError) -> Response:
        return error_page(error, request.scope)

    @nicegui_app.exception_handler(Exception)
    async def unexpected(request: Request, error: Exception) -> Response:
        logger.error("Unexpected error while a page was built", exc_info=error)
        return error_page(InternalError(), request.scope)
