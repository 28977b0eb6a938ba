"""Answers that are a zip, sent while it is made."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Header
from starlette.responses import Response, StreamingResponse

from core.api.pictures import BYTES

_ZIP = "application/zip"
_TEXT: dict[str, Any] = {"required": True, "schema": {"type": "string"}}
_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}

Accept = Annotated[str | None, Header(include_in_schema=False)]


def described_zip(description: str) -> dict[int | str, dict[str, Any]]:
    """The 200 of a zip for OpenAPI."""
    content = {_ZIP: _BINARY, BYTES: _BINARY}
    headers = {"Content-Disposition": _TEXT}
    return {200: {"description": description, "content": content, "headers": headers}}


def zip_answer(parts: AsyncIterator[bytes] | None, name: str, accept: str | None) -> Response:
    """The answer of those bytes, as a file of that name and today's date; the head alone without any.

    Its type is `application/octet-stream` where `Accept` names that alone.
    """
    today = datetime.now(UTC).date().isoformat()
    media_type = BYTES if accept == BYTES else _ZIP
    headers = {
        "Content-Disposition": f'attachment; filename="{name}-{today}.zip"',
        "Cache-Control": "private, no-store",
    }
    if parts is None:
        return Response(media_type=media_type, headers=headers)
    return StreamingResponse(parts, media_type=media_type, headers=headers)
