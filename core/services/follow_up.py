"""Follow up a generation that timed out with an unknown charge: learn the charge, keep a late picture."""

import logging

from core.charges import Charge
from core.context import Context
from core.ends import End
from core.models import PROVIDER_KEEPS, Generation
from core.repositories import generations
from core.services.look import ask_to_cancel, look

logger = logging.getLogger(__name__)


async def follow_up(ctx: Context, generation: Generation) -> None:
    """Ask how the prediction of a timed-out generation ended; give up once the provider has deleted it.

    A prediction that still runs is canceled. A late picture becomes a generation of its own, because
    terminal states never change. Raises `ServiceUnavailable`.
    """
    seen = await look(ctx, generation, whole_list=True)
    generation, verdict = seen.generation, seen.end
    if verdict is None:
        verdict = (await ask_to_cancel(ctx, generation)).end
    if verdict:
        await _write_late_news(ctx, generation, verdict)
    else:
        await _give_up_when_forgotten(ctx, generation)


async def _write_late_news(ctx: Context, generation: Generation, verdict: End) -> None:
    charge = verdict.charge if verdict.charge is not Charge.UNKNOWN else None
    async with ctx.database.transaction(generation.owner_id) as session:
        is_news = await generations.save_late_charge(
            session, id=generation.id, owner_id=generation.owner_id, charge=charge
        )
        if is_news and verdict.url:
            await generations.create_late(session, timed_out=generation, url=verdict.url)
    if is_news:
        news = verdict.failure or "made its picture"
        logger.info("Generation %s, which timed out, has %s; charge: %s", generation.id, news, charge)


async def _give_up_when_forgotten(ctx: Context, generation: Generation) -> None:
    async with ctx.database.transaction(generation.owner_id) as session:
        await generations.give_up(session, id=generation.id, owner_id=generation.owner_id, age=PROVIDER_KEEPS)
