"""Reads that a caller may have already: `ETag`, `If-None-Match` and 304."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from core.envelope import success_body

CACHE_CONTROL = "private, no-cache"
"""Kept by this person's program or browser, never by a shared cache, and shown only after asking us: signed
out, or deleted, it is gone. The tag makes that question a cheap one, for which there must be something kept:
`no-store` would forbid that. Signing out has browsers delete it (`Clear-Site-Data`)."""
_TEXT: dict[str, Any] = {"required": True, "schema": {"type": "string"}}
TAG_HEADERS = {"ETag": _TEXT, "Cache-Control": _TEXT}
NOT_MODIFIED: dict[str, Any] = {"description": "You have it.", "headers": TAG_HEADERS}
"""The 304 of a read for OpenAPI."""


def read_json(request: Request, data: Any, headers: Mapping[str, str] = {}) -> Response:
    """The answer `data` to a read, or 304 when `request` names the tag of just that."""
    body = success_body(data)
    tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": CACHE_CONTROL, **headers}
    if is_known(tag, request.headers.get("if-none-match")):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


def is_known(tag: str, if_none_match: str | None) -> bool:
    """Whether `If-None-Match` names the tag, weakly or not, or any."""
    return if_none_match is not None and (tag in if_none_match or if_none_match.strip() == "*")
