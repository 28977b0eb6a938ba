"""`/api/docs`: the description of the API as a page, from files of our own."""

import base64
import hashlib
import re

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse

from core.content_security_policy import HEADER, page_policy

_INLINE_SCRIPT = re.compile(rb"<script>(.*?)</script>", re.DOTALL)


def add_documentation(api: FastAPI, *, mounted_at: str, static_url: str) -> None:
    """Add the page. It is the same for everybody, and so is the hash that lets its one script run."""
    files = f"{mounted_at}{static_url}"
    html = bytes(
        get_swagger_ui_html(
            title=f"{api.title} - Swagger UI",
            openapi_url=f"{mounted_at}{api.openapi_url}",
            swagger_js_url=f"{files}/swagger-ui-bundle.js",
            swagger_css_url=f"{files}/swagger-ui.css",
            swagger_favicon_url=f"{files}/favicon.png",
        ).body
    )
    policy = page_policy(*(_hash(script) for script in _INLINE_SCRIPT.findall(html)))

    @api.get("/docs", include_in_schema=False)
    async def documentation() -> HTMLResponse:
        return HTMLResponse(html, headers={HEADER: policy})


def _hash(script: bytes) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}"
