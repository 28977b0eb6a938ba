"""Whether this process can serve."""

from enum import StrEnum

from sqlalchemy.exc import ProgrammingError

from core.context import Context
from core.database.migrate import newest_revision
from core.errors import ServiceUnavailable
from core.repositories import schema


class Health(StrEnum):
    OK = "ok"
    DATABASE_AWAY = "the database is away"
    DATABASE_BEHIND = "the database is not at this version's migration"


async def check_health(ctx: Context) -> Health:
    """Asks the database, which has a few seconds to answer."""
    try:
        async with ctx.database.transaction() as session:
            revision = await schema.get_revision(session)
    except ServiceUnavailable as error:
        # It answered, but has no such table: a database that no migration has seen.
        behind = isinstance(error.__cause__, ProgrammingError)
        return Health.DATABASE_BEHIND if behind else Health.DATABASE_AWAY
    return Health.OK if revision == newest_revision() else Health.DATABASE_BEHIND
