"""How long finished runs took. The runs of all owners count together, so the table names no owner."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.database.statements import Statements

NEWEST_RUNS = 50


async def add(session: AsyncSession, *, model: str, quality: str, seconds: float) -> None:
    """Write down that a run of the model took `seconds`."""
    statement = text("INSERT INTO run_times (model, quality, seconds) VALUES (:model, :quality, :seconds)")
    await session.execute(statement, {"model": model, "quality": quality, "seconds": seconds})


async def newest(statements: Statements, *, model: str, quality: str) -> list[float]:
    """The seconds of the `NEWEST_RUNS`, the newest first."""
    found = await statements.fetch(
        "SELECT seconds FROM run_times WHERE model = %s AND quality = %s ORDER BY finished_at DESC LIMIT %s",
        [model, quality, NEWEST_RUNS],
    )
    return [seconds for (seconds,) in found.rows]
