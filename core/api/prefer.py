"""The pace of whoever waits: `Prefer: wait=N` (RFC 7240), and `Retry-After` of what still runs."""

import asyncio
import math
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import Header
from starlette.requests import Request

from core import services
from core.api.access import reader_of
from core.context import Context
from core.services import LONGEST_WAIT_SECONDS, Standing

Prefer = Annotated[
    str | None,
    Header(
        alias="Prefer",
        description=f"`wait=N` holds the answer for up to N seconds (1 to {LONGEST_WAIT_SECONDS}) until the"
        " generation has ended.",
        examples=["wait=30"],
    ),
]
Headers = dict[str, str]
_SECONDS: dict[str, Any] = {"schema": {"type": "integer"}, "description": "Seconds, while it runs."}
_APPLIED: dict[str, Any] = {"schema": {"type": "string"}, "description": "With `Prefer: wait=N` only."}
PACE_HEADERS = {"Retry-After": _SECONDS, "Preference-Applied": _APPLIED}
"""Those of `pace_of` for OpenAPI."""
_WAIT = re.compile(r"(?:^|[,;])\s*wait\s*=\s*\"?(\d{1,9})\"?\s*(?=$|[,;])", re.IGNORECASE)


def seconds_of(prefer: str | None) -> int:
    """How long the answer is to be held; 0 without a wish, or with one that cannot be understood."""
    found = _WAIT.search(prefer or "")
    return min(int(found[1]), LONGEST_WAIT_SECONDS) if found else 0


async def hold(ctx: Context, request: Request, standing: Standing, seconds: int) -> Standing:
    """How the run stands at its end, or after so many seconds, or once the client is gone.

    Raises `NotFound`, `Unauthenticated` and `ServiceUnavailable`.
    """
    async with _hanging_up(request) as gone:
        return await services.wait_for_end(
            ctx, standing, owner_id=reader_of(request), seconds=seconds, gone=gone
        )


def pace_of(standing: Standing, waited: int) -> Headers:
    """The headers of an answer: when to ask again while it runs, and that a wish to wait was heard."""
    headers = {"Preference-Applied": f"wait={waited}"} if waited else {}
    if standing.generation.is_processing:
        headers["Retry-After"] = str(max(1, math.ceil(standing.poll_in)))
    return headers


@asynccontextmanager
async def _hanging_up(request: Request) -> AsyncIterator[asyncio.Task[None]]:
    """A task that is done once the client is gone."""
    task = asyncio.create_task(_until_gone(request))
    try:
        yield task
    finally:
        task.cancel()


async def _until_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
