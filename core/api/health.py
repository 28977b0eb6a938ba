"""`/healthz` and `/readyz`: for load balancers and monitors."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from core import services
from core.api.envelope import Success, failure
from core.api.methods import refuse_other_methods
from core.context import get_context
from core.errors import ServiceUnavailable
from core.services import Health

router = APIRouter(include_in_schema=False)


@router.get("/healthz", response_model=Success[dict[str, str]])
async def healthz(request: Request) -> Response | Success[dict[str, str]]:
    """503 when the database is away."""
    health = await services.check_health(get_context(request))
    if health is Health.DATABASE_AWAY:
        return failure(ServiceUnavailable())
    return Success(data={"status": "ok"})


@router.get("/readyz", response_model=Success[dict[str, str]])
async def readyz(request: Request) -> Response | Success[dict[str, str]]:
    """503 when the database is away, or not at this version's migration."""
    health = await services.check_health(get_context(request))
    if health is not Health.OK:
        return failure(ServiceUnavailable(f"Not ready: {health.value}."))
    return Success(data={"status": health.value})


refuse_other_methods(router)
