"""How long runs of a kind took at this installation: for the person, and for the first poll."""

from collections.abc import Sequence
from typing import NamedTuple

from core.context import Context
from core.orders import Order
from core.poll_schedule import FEWEST_RUNS, pause_after, quantile
from core.repositories import run_times


class Estimate(NamedTuple):
    """Most runs took from `low` to `high` seconds."""

    low: int
    high: int


def estimate(history: Sequence[float]) -> Estimate | None:
    """The range of the middle 80 % of the runs of a history; None while there are too few."""
    runs = sorted(history)
    if len(runs) < FEWEST_RUNS:
        return None
    low, high = int(quantile(runs, 0.1)), round(quantile(runs, 0.9) + 0.5)
    return Estimate(low, max(high, low + 1))


async def pause_before_first_poll(ctx: Context, order: Order) -> float:
    """Seconds from a run's start until its first poll makes sense. Raises `ServiceUnavailable`."""
    history = await run_times.newest(
        ctx.database.statements, model=order.model, quality=quality_of_run(ctx, order)
    )
    return pause_after(0.0, history, ctx.limits.polls)


def quality_of_run(ctx: Context, order: Order) -> str:
    """The quality under which the run's time is filed; for one without quality, the one in the settings."""
    return order.quality or ctx.settings.image_quality
