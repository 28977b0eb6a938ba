"""What all processes together have to do and have spent, without a word about anybody."""

from decimal import Decimal
from typing import NamedTuple

from core.database.statements import Statements


class Figures(NamedTuple):
    """Of the whole installation; the month is the present one by UTC."""

    is_paused: bool
    reserved_usd: Decimal
    charged_usd: Decimal
    tasks: int
    lag_seconds: float
    """For how long the oldest task that is due has been due."""


async def read_figures(statements: Statements) -> Figures:
    """All in one statement. Raises `ServiceUnavailable`."""
    found = await statements.fetch(
        "SELECT is_paused(), coalesce(s.reserved_usd, 0), coalesce(s.charged_usd, 0), t.*"
        " FROM (SELECT count(*)::integer,"
        " greatest(extract(epoch FROM now() - min(due_at)), 0)::float8 FROM generations_to_settle) t"
        " LEFT JOIN spending s ON s.month = month_of(now())"
    )
    [row] = found.rows
    return Figures(*row)
