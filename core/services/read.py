"""Read a generation: its latest state, the one that is in flight, and its progress."""

from typing import NamedTuple
from uuid import UUID

from core.context import Context
from core.errors import NotFound
from core.models import Generation
from core.repositories import generations, run_times
from core.repositories.run_times import Estimate
from core.services.advance import advance, in_flight_ttl, quality_of_run


async def get_generation(ctx: Context, *, id: UUID, owner_id: UUID) -> Generation:
    """The latest state of an owner's generation; for a running generation the provider is asked once.

    Without an answer from the provider the state stays as it was. Raises `NotFound` (for another owner's
    id, too) and `ServiceUnavailable`.
    """
    async with ctx.database.transaction(owner_id) as session:
        generation = await generations.get_by_id(session, id=id, owner_id=owner_id)
        if generation is None:
            raise NotFound
        if not generation.is_processing:
            return generation
        overdue = await generations.find_overdue_by_owner(session, owner_id=owner_id, ttl=in_flight_ttl(ctx))
    return await advance(ctx, generation, is_overdue=overdue is not None)


async def get_active_generation(ctx: Context, *, owner_id: UUID) -> Generation | None:
    """The owner's generation that is in flight and within its time limit; None if there is none.

    Raises `ServiceUnavailable`.
    """
    async with ctx.database.transaction(owner_id) as session:
        return await generations.find_active_by_owner_within_ttl(
            session, owner_id=owner_id, ttl=in_flight_ttl(ctx)
        )


class Progress(NamedTuple):
    """The seconds that a generation has run, by the database's clock, and the usual range of seconds."""

    age_seconds: float
    estimate: Estimate | None


async def get_progress(ctx: Context, generation: Generation) -> Progress:
    """The age of the generation, and an estimate from this installation's newest runs of the same model.

    The estimate is None while there are too few runs. Raises `ServiceUnavailable`.
    """
    async with ctx.database.transaction(generation.owner_id) as session:
        return Progress(
            await generations.get_age_seconds(session, id=generation.id, owner_id=generation.owner_id),
            await run_times.estimate(
                session, model=generation.model, quality=quality_of_run(ctx, generation)
            ),
        )
