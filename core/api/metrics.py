"""`/metrics`, for whoever has the token of it: figures of an operation are nobody else's business."""

import secrets

from fastapi import APIRouter, Request
from prometheus_client.exposition import choose_encoder
from pydantic import SecretStr
from starlette.responses import Response

from core import services
from core.api.methods import refuse_other_methods
from core.context import Context
from core.errors import NotFound, Unauthenticated
from core.services import Upkeep


def create_router(ctx: Context, upkeep: Upkeep) -> APIRouter:
    """The route; without `METRICS_TOKEN` there is nothing."""
    router = APIRouter(include_in_schema=False)

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        _check(request, ctx.settings.metrics_token)
        snapshot = await services.read_metrics(ctx, upkeep)
        write, content_type = choose_encoder(request.headers.get("accept", ""))
        return Response(write(snapshot), headers={"Content-Type": content_type})

    refuse_other_methods(router)
    return router


def _check(request: Request, token: SecretStr | None) -> None:
    """Raises `NotFound` and `Unauthenticated`."""
    if token is None:
        raise NotFound
    given = request.headers.get("authorization", "").encode("latin-1")
    if not secrets.compare_digest(given, f"Bearer {token.get_secret_value()}".encode()):
        raise Unauthenticated
