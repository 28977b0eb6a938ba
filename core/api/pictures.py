"""`GET /api/v1/generations/{id}/image`: the stored picture, to its owner only."""

import re
from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Header, Request
from starlette.responses import Response, StreamingResponse

from core import services
from core.api.access import reader_of, reading_router, tell_owner
from core.api.conditional import CACHE_CONTROL, is_known
from core.api.generation_shape import PATH
from core.content_security_policy import HEADER, PICTURE
from core.context import Context
from core.envelope import described_errors
from core.services import StoredPicture

_ONE_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")
# Clients that are generated from the description often know no other type of bytes.
BYTES = "application/octet-stream"
_TEXT: dict[str, Any] = {"required": True, "schema": {"type": "string"}}
_TAGGED: dict[str, Any] = {"headers": {"ETag": _TEXT, "Cache-Control": _TEXT}}
_NAMED: dict[str, Any] = {"headers": _TAGGED["headers"] | {"Content-Disposition": _TEXT}}
_PART: dict[str, Any] = {"headers": {"ETag": _TEXT, "Content-Range": _TEXT}}
_BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_CONTENT: dict[str, Any] = {"content": {"image/*": _BINARY, BYTES: _BINARY}}
_PICTURES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The picture.", **_CONTENT, **_NAMED},
    206: {"description": "The part of it that was asked for.", **_CONTENT, **_PART},
    304: {"description": "You have it.", **_TAGGED},
    416: {"description": "It ends before that part.", **_PART},
}


def create_router(ctx: Context) -> APIRouter:
    """The route of a picture and its thumbnail."""
    # A gallery that is scrolled shows hundreds.
    router = reading_router(ctx, is_counted=False, prefix=PATH, tags=["generations"])

    @router.get(
        "/{id}/image",
        response_class=StreamingResponse,
        responses={**_PICTURES, **described_errors(400, 401, 404, 503)},
    )
    async def fetch_picture(
        request: Request,
        id: UUID,
        *,
        size: Literal["full", "thumb"] = "full",
        accept: Annotated[str | None, Header(include_in_schema=False)] = None,
        if_none_match: Annotated[str | None, Header()] = None,
        if_range: Annotated[str | None, Header()] = None,
        range: Annotated[str | None, Header()] = None,
    ) -> Response:
        """The picture itself, or a small WebP of it. Answers ranges, `If-Range` and `If-None-Match`.

        Its type is its own, or `application/octet-stream` where `Accept` names that alone.
        """
        picture = await services.find_picture(ctx, id=id, owner_id=reader_of(request))
        tell_owner(request, picture.owner_id)
        # A picture never changes, so its name says all that a hash of it could.
        tag = f'"{id}-{size}"'
        headers = {"ETag": tag, "Cache-Control": CACHE_CONTROL, "Accept-Ranges": "bytes", "Vary": "Accept"}
        headers[HEADER] = PICTURE
        if is_known(tag, if_none_match):
            return Response(status_code=304, headers=headers)
        own_type, name, stored = await services.open_picture(ctx, picture, is_thumbnail=size == "thumb")
        # A part is of use to whoever has the rest of the same bytes: a weak tag or a date proves nothing.
        is_the_same = if_range is None or if_range.strip() == tag
        wanted = _wanted(range, stored.size) if is_the_same else None
        headers["Content-Type"] = BYTES if accept == BYTES else own_type
        headers["Content-Disposition"] = _shown_as(name)
        return _stream(stored, wanted, headers)

    return router


def _shown_as(name: str) -> str:
    """The `Content-Disposition` of a picture that is shown where it is asked for, and saved by its name.

    RFC 6266: what has letters beyond ASCII is written in a form of its own, beside one for old clients.
    """
    if name.isascii():
        return f'inline; filename="{name}"'
    extension = name.rpartition(".")[2]
    return f"inline; filename=\"picture.{extension}\"; filename*=UTF-8''{quote(name)}"


def _stream(stored: StoredPicture, wanted: tuple[int, int] | None, headers: dict[str, str]) -> Response:
    """The whole picture, or the wanted part of it: its first byte and the one after its last."""
    if wanted is None:
        headers["Content-Length"] = str(stored.size)
        return StreamingResponse(stored.parts(), headers=headers)
    start, end = wanted
    if start >= stored.size:
        del headers["Content-Type"]
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{stored.size}"})
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{stored.size}"
    headers["Content-Length"] = str(end - start)
    return StreamingResponse(stored.parts(start, end), 206, headers=headers)


def _wanted(header: str | None, size: int) -> tuple[int, int] | None:
    """The first byte and the one after the last of a single range; None for anything else, which
    a server may answer with the whole."""
    match = _ONE_RANGE.fullmatch(header or "")
    if not match:
        return None
    start, last = int(match[1]), int(match[2]) if match[2] else size - 1
    return None if last < start and match[2] else (start, min(last + 1, size))
