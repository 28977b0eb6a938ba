"""`/healthz` and `/readyz`: for load balancers and monitors."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.responses import Response

from core import VERSION, services
from core.api.methods import refuse_other_methods
from core.context import Context
from core.envelope import Success, error_json
from core.errors import ServiceUnavailable
from core.sentences import Sentence
from core.services import PERIOD_SECONDS, Health, Upkeep


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
    version: str
    reconcile: Reconcile
    pictures: Pictures


def create_router(ctx: Context, upkeep: Upkeep) -> APIRouter:
    """The routes of both; `upkeep` is the loop that this process runs."""
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz", response_model=Success[dict[str, str]])
    async def healthz() -> Response | Success[dict[str, str]]:
        """503 when the database is away."""
        health = await services.check_health(ctx)
        if health is Health.DATABASE_AWAY:
            return error_json(ServiceUnavailable())
        return Success(data={"status": "ok"})

    @router.get("/readyz", response_model=Success[Readiness])
    async def readyz() -> Response | Success[Readiness]:
        """503 when the database is away, or at a migration that this version cannot serve.

        Pictures that wait do not take a process out of service: another has the same store, and the provider
        keeps them for an hour.
        """
        health = await services.check_health(ctx)
        if health is not Health.OK:
            return error_json(ServiceUnavailable(Sentence("Not ready: {why}.", why=health.value)))
        reconcile = Reconcile(
            period_seconds=PERIOD_SECONDS,
            lag_seconds=upkeep.lag_seconds,
            last_run_at=upkeep.last_run_at,
        )
        await services.forget_settled_pictures(ctx)
        waiting = ctx.waiting
        pictures = Pictures(failing_since=waiting.failing_since, waiting=len(waiting.generation_ids))
        readiness = Readiness(status=health.value, version=VERSION, reconcile=reconcile, pictures=pictures)
        return Success(data=readiness)

    refuse_other_methods(router)
    return router
