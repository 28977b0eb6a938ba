"""Whether this process can serve requests."""

from enum import StrEnum

from sqlalchemy.exc import ProgrammingError

from core.context import Context
from core.errors import ServiceUnavailable
from core.repositories import schema


class Health(StrEnum):
    """`OK`, or the reason why requests cannot be served."""

    OK = "ok"
    DATABASE_AWAY = "the database is away"
    DATABASE_BEHIND = "the database is not at this version's migration"
    DATABASE_NEWER = "the database is newer than this version, which may not serve it any more"


async def check_health(ctx: Context) -> Health:
    """Ask the database for its migration, within `DatabaseLimits`. Raises nothing: a failure is a reason."""
    try:
        async with ctx.database.transaction() as session:
            found = await schema.get_schema(session)
    except ServiceUnavailable as error:
        # The database answered, but lacks Alembic's table: no migration has run on it.
        behind = isinstance(error.__cause__, ProgrammingError)
        return Health.DATABASE_BEHIND if behind else Health.DATABASE_AWAY
    if found.may_be_served:
        return Health.OK
    return Health.DATABASE_NEWER if found.is_newer else Health.DATABASE_BEHIND
