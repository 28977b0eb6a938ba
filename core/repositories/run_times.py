"""How long finished runs took: of everyone's, so it names no one."""

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
    statement = text("INSERT INTO run_times (model, quality, seconds) VALUES (:model, :quality, :seconds)")
    await session.execute(statement, {"model": model, "quality": quality, "seconds": seconds})


async def estimate(session: AsyncSession, *, model: str, quality: str) -> Estimate | None:
    """The middle 80 % of the newest runs; None while there are too few to say anything."""
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
