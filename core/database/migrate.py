"""Bring the database to the newest migration, and find out whether policies bind the serving role."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from psycopg import sql
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import NullPool

from core.errors import ConfigurationError
from core.limits import DatabaseLimits

MIGRATIONS_DIR = Path(__file__).parents[2] / "migrations"
_LOCK_KEY = "easel migrations"


def migrate(
    owner_url: str,
    serving_role: str,
    revision: str = "head",
    limits: DatabaseLimits = DatabaseLimits(),
) -> None:
    """Run the migrations as the owning role up to `revision`, and grant the serving role its rights.

    Processes that start at the same time wait for each other with an advisory lock. Raises
    `ConfigurationError` when the database cannot be reached or the owning role lacks a right.
    """
    try:
        engine = _engine(owner_url, limits)
        with wait_for(engine, "MIGRATION_DATABASE_URL", limits) as connection, _locked(connection):
            upgrade(connection, revision, serving_role)
    except (CommandError, DBAPIError) as error:
        problem = f"MIGRATION_DATABASE_URL: the migrations do not run: {_first_line(error)}"
        raise ConfigurationError([problem]) from error


@contextmanager
def _locked(connection: Connection) -> Iterator[None]:
    connection.execute(text("SELECT pg_advisory_lock(hashtext(:key))"), {"key": _LOCK_KEY})
    connection.commit()
    try:
        yield
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(hashtext(:key))"), {"key": _LOCK_KEY})
        connection.commit()


def upgrade(connection: Connection, revision: str = "head", serving_role: str | None = None) -> None:
    """Run the migrations up to `revision`, grant the serving role its rights, and commit, all or nothing.

    Raises Alembic's and SQLAlchemy's errors.
    """
    config = _alembic_config(connection)
    if serving_role:
        config.attributes["finish"] = partial(_grant, serving_role=serving_role)
    command.upgrade(config, revision)
    connection.commit()


def downgrade(connection: Connection, revision: str = "base") -> None:
    """Undo the migrations down to `revision` and commit. Raises Alembic's and SQLAlchemy's errors."""
    command.downgrade(_alembic_config(connection), revision)
    connection.commit()


@lru_cache
def newest_revision() -> str:
    """The revision that the code expects of the database."""
    [head] = ScriptDirectory.from_config(_alembic_config()).get_heads()
    return head


class Role(NamedTuple):
    """A database role; `is_bound` says whether row level security binds it."""

    name: str
    is_bound: bool


def role_of(url: str, limits: DatabaseLimits = DatabaseLimits()) -> Role:
    """The role that `url` connects as. Raises `ConfigurationError` when the database cannot be reached."""
    query = "SELECT rolname, NOT (rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname = current_user"
    with wait_for(_engine(url, limits), "DATABASE_URL", limits) as connection:
        return Role(*connection.execute(text(query)).one())


def wait_for(engine: Engine, setting: str, limits: DatabaseLimits) -> Connection:
    """A connection; a database that is still starting is awaited for up to `limits.start_seconds`.

    Raises `ConfigurationError`, which names `setting` but not the URL's password, when there is none.
    """
    deadline = time.monotonic() + limits.start_seconds
    while True:
        try:
            return engine.connect()
        except DBAPIError as error:
            if time.monotonic() > deadline or _is_final(error):
                problem = f"{setting}: the database does not let us in: {_first_line(error)}"
                raise ConfigurationError([problem]) from None
        time.sleep(0.5)


def _is_final(error: DBAPIError) -> bool:
    """Whether waiting cannot help, as with a wrong password, role, database name or option."""
    message = str(error.orig)
    return (
        not isinstance(error, OperationalError)
        or "authentication failed" in message
        or "no password supplied" in message
        or "does not exist" in message
    )


def _first_line(error: CommandError | DBAPIError) -> str:
    """The error's message, without the statement or the address that SQLAlchemy adds."""
    return str(error.orig if isinstance(error, DBAPIError) else error).strip().partition("\n")[0]


def _engine(url: str, limits: DatabaseLimits) -> Engine:
    return create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": limits.connect_seconds})


def _alembic_config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_DIR))
    config.attributes["connection"] = connection
    config.attributes["finish"] = lambda _: None
    return config


def _grant(connection: Connection, serving_role: str) -> None:
    role = sql.Identifier(serving_role)
    for statement in _GRANTS:
        connection.exec_driver_sql(sql.SQL(statement).format(role=role).as_string())


_GRANTS = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT ON alembic_version TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON generations TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON generations_to_settle TO {role}",
    "GRANT SELECT, INSERT, DELETE ON run_times TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON submit_keys TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON login_sessions TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON api_tokens TO {role}",
    "GRANT SELECT, INSERT ON prompt_search TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON people TO {role}",
    "GRANT SELECT, INSERT, UPDATE ON ledger TO {role}",
    "GRANT SELECT, INSERT, UPDATE ON spending TO {role}",
    "GRANT SELECT, INSERT, UPDATE ON installation TO {role}",
    "GRANT SELECT, INSERT, DELETE ON audit_log TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON account_deletions TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON exports TO {role}",
)
