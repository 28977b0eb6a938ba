"""`GET /api/v1/generations/{id}/image`: the stored picture, to its owner only."""

import re
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Header
from starlette.responses import Response, StreamingResponse

from core import services
from core.api.access import Ctx, OwnerId, SignedInRoute
from core.envelope import failures

router = APIRouter(prefix="/v1/generations", route_class=SignedInRoute, tags=["generations"])

# Kept by this person's browser, never by a shared cache, and shown only after asking us: signed out,
# or deleted, it is gone. Its ETag makes that question a cheap one.
_CACHE_CONTROL = "private, no-cache"
_ONE_RANGE = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")
_TEXT: dict[str, Any] = {"required": True, "schema": {"type": "string"}}
_TAGGED: dict[str, Any] = {"headers": {"ETag": _TEXT, "Cache-Control": _TEXT}}
_PART: dict[str, Any] = {"headers": {"ETag": _TEXT, "Content-Range": _TEXT}}
_PICTURES: dict[int | str, dict[str, Any]] = {
    200: {"description": "The picture.", "content": {"image/*": {}}, **_TAGGED},
    206: {"description": "The part of it that was asked for.", "content": {"image/*": {}}, **_PART},
    304: {"description": "You have it.", **_TAGGED},
    416: {"description": "It ends before that part.", **_PART},
}


@router.get(
    "/{id}/image",
    response_class=StreamingResponse,
    responses={**_PICTURES, **failures(400, 401, 404, 503)},
)
async def image(
    id: UUID,
    owner_id: OwnerId,
    ctx: Ctx,
    *,
    size: Literal["full", "thumb"] = "full",
    if_none_match: Annotated[str | None, Header()] = None,
    if_range: Annotated[str | None, Header()] = None,
    range: Annotated[str | None, Header()] = None,
) -> Response:
    """The picture itself, or a small WebP of it. Answers ranges, `If-Range` and `If-None-Match`."""
    is_thumbnail = size == "thumb"
    content_type, stored = await services.open_picture(
        ctx, id=id, owner_id=owner_id, is_thumbnail=is_thumbnail
    )
    # A picture never changes, so its name says all that a hash of it could.
    headers = {"ETag": f'"{id}-{size}"', "Cache-Control": _CACHE_CONTROL, "Accept-Ranges": "bytes"}
    if if_none_match and (headers["ETag"] in if_none_match or if_none_match.strip() == "*"):
        return Response(status_code=304, headers=headers)
    # A part is of use to whoever has the rest of the same bytes: a weak tag or a date is no proof of that.
    is_the_same = if_range is None or if_range.strip() == headers["ETag"]
    wanted = _wanted(range, stored.size) if is_the_same else None
    if wanted is None:
        headers["Content-Length"] = str(stored.size)
        return StreamingResponse(stored.parts(), media_type=content_type, headers=headers)
    start, end = wanted
    if start >= stored.size:
        return Response(status_code=416, headers=headers | {"Content-Range": f"bytes */{stored.size}"})
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{stored.size}"
    headers["Content-Length"] = str(end - start)
    return StreamingResponse(stored.parts(start, end), 206, media_type=content_type, headers=headers)


def _wanted(header: str | None, size: int) -> tuple[int, int] | None:
    """The first byte and the one after the last of a single range; None for anything else, which
    a server may answer with the whole."""
    match = _ONE_RANGE.fullmatch(header or "")
    if not match:
        return None
    start, last = int(match[1]), int(match[2]) if match[2] else size - 1
    return None if last < start and match[2] else (start, min(last + 1, size))
