"""`/api/v1/me`: what a person or their program may know of them."""

from datetime import datetime
from typing import Annotated, NotRequired

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response
from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

from core import services
from core.api.access import Needs, is_admin, owner_of, signed_in_router
from core.context import Context
from core.envelope import Success, described_errors, success_json
from core.services import Allowance

PATH = "/v1/me"


class AllowanceShape(TypedDict):
    """The generations of this day (UTC)."""

    limit: Annotated[int, Field(description="How many may be started.")]
    used: Annotated[int, Field(description="How many were started and not refused.")]
    left: int
    resets_at: datetime


class MeShape(TypedDict):
    name: str
    email: NotRequired[Annotated[str, Field(description="As the sign-in provider has verified it.")]]
    is_admin: bool
    price_usd: Annotated[
        float | None, Field(description="What a picture costs; null where that is not known.")
    ]
    allowance: Annotated[AllowanceShape | None, Field(description="Null where there is no limit.")]


def create_router(ctx: Context) -> APIRouter:
    """The route."""
    router = signed_in_router(ctx, Needs.READ, prefix=PATH, tags=["me"])

    @router.get("", response_model=Success[MeShape], responses=described_errors(401, 503))
    async def read_me(request: Request) -> Response:
        """Who you are here, what a picture costs, and how many you may still start today."""
        me = await services.read_me(ctx, owner_id=owner_of(request))
        shape = MeShape(
            name=me.name or "",
            is_admin=is_admin(request),
            price_usd=None if me.price_usd is None else float(me.price_usd),
            allowance=_allowance(me.allowance),
        )
        if me.email:
            shape["email"] = me.email
        return success_json(shape, {"Cache-Control": "private, no-store"})

    return router


def _allowance(allowance: Allowance | None) -> AllowanceShape | None:
    return allowance and AllowanceShape(
        limit=allowance.limit, used=allowance.used, left=allowance.left, resets_at=allowance.resets_at
    )
