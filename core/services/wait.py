"""Wait for the end of a generation: by news, with no connection to the database meanwhile."""

import asyncio
from contextlib import suppress
from uuid import UUID

from core.callers import Caller
from core.context import Context
from core.errors import ServiceUnavailable
from core.rate_limits import MAX_HELD, too_many_held
from core.repositories.reads import Standing
from core.services.read import read_generation

LONGEST_WAIT_SECONDS = 30
"""Shorter than the 60 s after which common proxies give up."""
_LEAST_PAUSE_SECONDS = 1.0


async def wait_for_end(
    ctx: Context, standing: Standing, *, owner_id: Caller, seconds: float, gone: asyncio.Task[None]
) -> Standing:
    """How a run stands once it has ended, `seconds` have passed, or this process is to stop.

    Whoever waits may leave: then `gone` is done, and the wait too. Each look proves the login session or
    token anew; all that wait with the same one share it. A database that is away meanwhile is waited for.
    Raises `NotFound`, `Unauthenticated`, and `RateLimited` where so many wait for that person already.
    """
    own_id = standing.generation.owner_id
    if ctx.held.count_of(own_id) >= MAX_HELD:
        raise too_many_held()
    wake = asyncio.Event()
    unsubscribe = ctx.news.subscribe(own_id, wake.set)
    gone.add_done_callback(lambda _: wake.set())
    deadline = asyncio.get_running_loop().time() + seconds
    try:
        with ctx.held.kept(own_id, wake):
            # What has changed before anybody listened was not heard.
            wake.set()
            while True:
                left = deadline - asyncio.get_running_loop().time()
                with suppress(TimeoutError):
                    await asyncio.wait_for(wake.wait(), min(left, _pause(ctx, standing)))
                if gone.done() or ctx.held.is_over:
                    return standing
                wake.clear()
                try:
                    standing = await _look(ctx, standing.generation.id, owner_id)
                except ServiceUnavailable:
                    asyncio.get_running_loop().call_later(_LEAST_PAUSE_SECONDS, wake.set)
                if not standing.generation.is_processing or left <= 0:
                    return standing
    finally:
        unsubscribe()


async def _look(ctx: Context, id: UUID, owner_id: Caller) -> Standing:
    return await ctx.held_looks.get((owner_id, id), lambda: read_generation(ctx, id=id, owner_id=owner_id))


def _pause(ctx: Context, standing: Standing) -> float:
    """Seconds until a look without news makes sense: this process may hear none, or not poll the run."""
    if ctx.news.is_live and standing.generation.id in ctx.watched:
        return LONGEST_WAIT_SECONDS
    return max(standing.poll_in, _LEAST_PAUSE_SECONDS)
