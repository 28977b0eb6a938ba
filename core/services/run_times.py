"""How long runs of a kind took at this installation: for the schedule of polls, and for the person."""

import time
from collections.abc import Sequence
from typing import NamedTuple

from core.context import Context, RunTimes
from core.models import Generation
from core.poll_schedule import FEWEST_RUNS, pause_after, quantile
from core.repositories import run_times

KEPT_SECONDS = 60.0


class Estimate(NamedTuple):
    """Most runs took from `low` to `high` seconds."""

    low: int
    high: int


async def estimate(ctx: Context, generation: Generation) -> Estimate | None:
    """The range of the middle 80 % of the newest runs like this one; None while there are too few.

    Raises `ServiceUnavailable`.
    """
    runs = sorted(await _history(ctx, generation))
    if len(runs) < FEWEST_RUNS:
        return None
    low, high = int(quantile(runs, 0.1)), round(quantile(runs, 0.9) + 0.5)
    return Estimate(low, max(high, low + 1))


async def pause_before_poll(ctx: Context, generation: Generation, *, age: float) -> float:
    """Seconds until the next poll of a run of that `age` makes sense. Raises `ServiceUnavailable`."""
    return pause_after(age, await _history(ctx, generation), ctx.limits.polls)


def quality_of_run(ctx: Context, generation: Generation) -> str:
    """The quality under which the run's time is filed; for a row without quality, the one in the settings."""
    return generation.quality or ctx.settings.image_quality


async def _history(ctx: Context, generation: Generation) -> Sequence[float]:
    """The seconds of the newest runs like this one, read once a minute for all that ask."""
    kind = (generation.model, quality_of_run(ctx, generation))
    kept = ctx.run_times.get(kind)
    if kept is None or time.monotonic() > kept.until:
        seconds = await run_times.newest(ctx.database.statements, model=kind[0], quality=kind[1])
        kept = ctx.run_times[kind] = RunTimes(seconds, time.monotonic() + KEPT_SECONDS)
    return kept.seconds
