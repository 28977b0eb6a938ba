"""Watch runs: this process polls a run that it started or found until its end, whoever looks at it."""

import asyncio
import logging
from uuid import UUID

from core.context import Context
from core.errors import EaselError
from core.models import Generation
from core.services.advance import advance, seconds_left
from core.services.standing import find_standing

_LEAST_PAUSE_SECONDS = 0.1
_PAUSE_AFTER_ERROR_SECONDS = 2.0
_PAUSE_AFTER_DEFECT_SECONDS = 10.0

logger = logging.getLogger(__name__)


def watch(ctx: Context, generation: Generation) -> None:
    """Poll the run by its schedule, in the background, until it has ended; once, however often called.

    When this process dies, upkeep of another one finds the run and watches it.
    """
    if generation.id in ctx.watched or len(ctx.watched) >= ctx.limits.polls.max_watched:
        return
    ctx.watched.add(generation.id)
    task = ctx.background.start_endless(_watch(ctx, generation.id, generation.owner_id))
    task.add_done_callback(lambda _: ctx.watched.discard(generation.id))


async def _watch(ctx: Context, id: UUID, owner_id: UUID) -> None:
    while True:
        try:
            standing = await find_standing(ctx, id=id, owner_id=owner_id)
            if standing is None or not standing.generation.is_processing:
                return
            pause = max(min(standing.poll_in, seconds_left(ctx, standing)), _LEAST_PAUSE_SECONDS)
            await asyncio.sleep(pause)
            await advance(ctx, standing._replace(age=standing.age + pause), whole_list=True)
        except EaselError as error:
            logger.warning("Generation %s could not be watched: %s", id, error)
            await asyncio.sleep(_PAUSE_AFTER_ERROR_SECONDS)
        except Exception:
            logger.exception("Generation %s: watching it met an unexpected error", id)
            await asyncio.sleep(_PAUSE_AFTER_DEFECT_SECONDS)
