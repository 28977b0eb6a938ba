"""Read a generation: its latest state, what is in flight, and how far along it is."""

from typing import NamedTuple
from uuid import UUID

from core.context import Context
from core.errors import NotFound
from core.models import Generation
from core.repositories import generations, run_times
from core.repositories.run_times import Estimate
from core.services.advance import advance, in_flight_ttl, quality_of_run


async def get_generation(ctx: Context, *, id: UUID, owner_id: UUID) -> Generation:
    """The latest state of an owner's generation; asks the provider where it stands, once, while it runs.

    Raises `NotFound` (for another owner's id, too) and `ServiceUnavailable`. A provider that is slow or
    down leaves the state as it was.
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
    """The owner's generation that is in flight, for a page that opens while it runs.

    Raises `ServiceUnavailable`.
    """
    async with ctx.database.transaction(owner_id) as session:
        return await generations.find_active_by_owner_within_ttl(
            session, owner_id=owner_id, ttl=in_flight_ttl(ctx)
        )


class Progress(NamedTuple):
    """How long a generation has run, by the database's clock, and how long most take here."""

    age_seconds: float
    estimate: Estimate | None


async def get_progress(ctx: Context, generation: Generation) -> Progress:
    """The estimate comes from this installation's own newest runs of the model; None without enough.

    Raises `ServiceUnavailable`.
    """
    async with ctx.database.transaction(generation.owner_id) as session:
        return Progress(
            await generations.get_age_seconds(session, id=generation.id, owner_id=generation.owner_id),
            await run_times.estimate(
                session, model=generation.model, quality=quality_of_run(ctx, generation)
            ),
        )
