"""`/healthz` and `/readyz`: for load balancers and monitors."""

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.responses import Response

from core import services
from core.api.methods import refuse_other_methods
from core.context import get_context
from core.envelope import Success, failure
from core.errors import ServiceUnavailable
from core.services import Health
from core.services.upkeep import PERIOD_SECONDS, Upkeep

router = APIRouter(include_in_schema=False)


@router.get("/healthz", response_model=Success[dict[str, str]])
async def healthz(request: Request) -> Response | Success[dict[str, str]]:
    """503 when the database is away."""
    health = await services.check_health(get_context(request))
    if health is Health.DATABASE_AWAY:
        return failure(ServiceUnavailable())
    return Success(data={"status": "ok"})


class Reconcile(BaseModel):
    """The loop that settles what nobody watches, as this process runs it."""

    period_seconds: float
    lag_seconds: float
    last_run_at: datetime | None


class Pictures(BaseModel):
    """The pictures that this process could not store so far; it goes on trying."""

    failing_since: datetime | None
    waiting: int


class Readiness(BaseModel):
    status: str
    reconcile: Reconcile
    pictures: Pictures


@router.get("/readyz", response_model=Success[Readiness])
async def readyz(request: Request) -> Response | Success[Readiness]:
    """503 when the database is away, or not at this version's migration.

    Pictures that wait do not take a process out of service: another has the same store, and the provider
    keeps them for an hour.
    """
    ctx = get_context(request)
    health = await services.check_health(ctx)
    if health is not Health.OK:
        return failure(ServiceUnavailable(f"Not ready: {health.value}."))
    reconciler: Upkeep = request.app.state.reconciler
    reconcile = Reconcile(
        period_seconds=PERIOD_SECONDS,
        lag_seconds=reconciler.lag_seconds,
        last_run_at=reconciler.last_run_at,
    )
    await services.forget_settled_pictures(ctx)
    waiting = ctx.waiting
    pictures = Pictures(failing_since=waiting.failing_since, waiting=len(waiting.generation_ids))
    return Success(data=Readiness(status=health.value, reconcile=reconcile, pictures=pictures))


refuse_other_methods(router)
