"""Plain connections for a start: waiting for a database that is away, and finding out who is served."""

import logging
import time
from typing import NamedTuple

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from core.errors import ConfigurationError, DatabaseAway
from core.limits import DatabaseLimits

logger = logging.getLogger(__name__)


class Role(NamedTuple):
    """A database role; `is_bound` says whether row level security binds it."""

    name: str
    is_bound: bool


def role_of(url: str, limits: DatabaseLimits = DatabaseLimits()) -> Role:
    """The role that `url` connects as. Raises as `wait_for` does."""
    query = "SELECT rolname, NOT (rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname = current_user"
    with wait_for(engine_of(url, limits), "DATABASE_URL", limits) as connection:
        return Role(*connection.execute(text(query)).one())


def engine_of(url: str, limits: DatabaseLimits) -> Engine:
    """An engine without a pool."""
    # Behind PgBouncer another process may have prepared a statement of the same name.
    arguments = {"connect_timeout": limits.connect_seconds, "prepare_threshold": None}
    return create_engine(url, poolclass=NullPool, connect_args=arguments)


def wait_for(engine: Engine, setting: str, limits: DatabaseLimits) -> Connection:
    """A connection; a database that is away or still starting is awaited for up to `limits.start_seconds`.

    Raises `DatabaseAway` when that was not long enough, and `ConfigurationError` when waiting cannot help;
    both name `setting` but not the URL's password.
    """
    deadline = time.monotonic() + limits.start_seconds
    is_told = False
    while True:
        try:
            return engine.connect()
        except DBAPIError as error:
            problem = f"{setting}: the database does not let us in: {first_line(error)}"
            if _is_final(error):
                raise ConfigurationError([problem]) from None
            if time.monotonic() > deadline:
                raise DatabaseAway([problem]) from None
            if not is_told:
                logger.warning("%s; waiting for up to %.0f seconds", problem, limits.start_seconds)
                is_told = True
        time.sleep(0.5)


def first_line(error: Exception) -> str:
    """The error's message, without the statement or the address that SQLAlchemy adds."""
    return str(error.orig if isinstance(error, DBAPIError) else error).strip().partition("\n")[0]


def _is_final(error: DBAPIError) -> bool:
    """Whether waiting cannot help, as with a wrong password, role, database name or option."""
    message = str(error.orig)
    return (
        not isinstance(error, OperationalError)
        or "authentication failed" in message
        or "no password supplied" in message
        or "does not exist" in message
    )
