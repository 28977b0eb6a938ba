"""How long finished runs took. The runs of all owners count together, so the table names no owner."""

from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

NEWEST_RUNS = 50
FEWEST_RUNS = 5


class Estimate(NamedTuple):
    """Most runs took from `low` to `high` seconds."""

    low: int
    high: int


async def add(session: AsyncSession, *, model: str, quality: str, seconds: float) -> None:
    """Write down that a run of the model took `seconds`."""
    statement = text("INSERT INTO run_times (model, quality, seconds) VALUES (:model, :quality, :seconds)")
    await session.execute(statement, {"model": model, "quality": quality, "seconds": seconds})


async def estimate(session: AsyncSession, *, model: str, quality: str) -> Estimate | None:
    """The range of the middle 80 % of the `NEWEST_RUNS`; None for fewer than `FEWEST_RUNS`."""
    query = text(
        """
        SELECT count(*), percentile_cont(ARRAY[0.1, 0.9]) WITHIN GROUP (ORDER BY seconds)
        FROM (SELECT seconds FROM run_times WHERE model = :model AND quality = :quality
              ORDER BY finished_at DESC LIMIT :newest) AS newest
        """
    )
    values = {"model": model, "quality": quality, "newest": NEWEST_RUNS}
    count, bounds = (await session.execute(query, values)).one()
    if count < FEWEST_RUNS:
        return None
    low, high = int(bounds[0]), round(bounds[1] + 0.5)
    return Estimate(low, max(high, low + 1))
