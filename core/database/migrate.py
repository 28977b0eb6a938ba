"""Bring the database to the newest migration, and say whether the serving role is fit to serve."""

import time
from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from core.errors import ConfigurationError

MIGRATIONS_DIR = Path(__file__).parents[2] / "migrations"
WAIT_FOR_DATABASE_SECONDS = 15
_LOCK_KEY = "easel migrations"


def migrate(owner_url: str, serving_role: str, revision: str = "head") -> None:
    """Run the migrations as the owning role and grant the serving role what it needs.

    Safe when several processes start at once: they queue on an advisory lock. Raises
    `ConfigurationError` when the database stays away or the role may not do it.
    """
    engine = _engine(owner_url)
    with wait_for(engine, "MIGRATION_DATABASE_URL") as connection:
        connection.execute(text("SELECT pg_advisory_lock(hashtext(:key))"), {"key": _LOCK_KEY})
        connection.commit()
        try:
            upgrade(connection, revision)
            _grant(connection, serving_role)
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(hashtext(:key))"), {"key": _LOCK_KEY})
            connection.commit()
    engine.dispose()


def upgrade(connection: Connection, revision: str = "head") -> None:
    command.upgrade(_alembic_config(connection), revision)
    connection.commit()


def downgrade(connection: Connection, revision: str = "base") -> None:
    command.downgrade(_alembic_config(connection), revision)
    connection.commit()


@lru_cache
def newest_revision() -> str:
    """The revision that the code expects the database to be at."""
    head = ScriptDirectory.from_config(_alembic_config()).get_current_head()
    assert head is not None  # noqa: S101  (there is always one, it is in the repository)
    return head


def unbound_role_problem(serving_url: str) -> str | None:
    """One line when row level security does not bind the serving role; None when it does."""
    engine = _engine(serving_url)
    try:
        with wait_for(engine, "DATABASE_URL") as connection:
            is_unbound = connection.execute(
                text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
            ).scalar_one()
    except ConfigurationError as error:
        return error.problems[0]
    finally:
        engine.dispose()
    if not is_unbound:
        return None
    return "DATABASE_URL: use a role without SUPERUSER and BYPASSRLS, so that row level security binds it"


def wait_for(engine: Engine, setting: str) -> Connection:
    """A connection, waiting up to `WAIT_FOR_DATABASE_SECONDS` for a database that is still starting.

    Raises `ConfigurationError` naming `setting`, without the URL's password, when it stays away.
    """
    deadline = time.monotonic() + WAIT_FOR_DATABASE_SECONDS
    while True:
        try:
            return engine.connect()
        except OperationalError as error:
            if time.monotonic() > deadline or _is_final(error):
                reason = str(error.orig).strip().splitlines()[0]
                problem = f"{setting}: the database does not let us in: {reason}"
                raise ConfigurationError([problem]) from None
        time.sleep(0.5)


def _is_final(error: OperationalError) -> bool:
    """Whether waiting cannot help: a wrong password, role or database name."""
    message = str(error.orig)
    return "authentication failed" in message or "does not exist" in message


def _engine(url: str) -> Engine:
    return create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 3})


def _alembic_config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_DIR))
    config.attributes["connection"] = connection
    return config


def _grant(connection: Connection, serving_role: str) -> None:
    driver_connection = connection.connection.driver_connection
    role = sql.Identifier(serving_role)
    for statement in _GRANTS:
        driver_connection.execute(sql.SQL(statement).format(role=role))  # type: ignore[union-attr]
    connection.commit()


_GRANTS = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT ON alembic_version TO {role}",
    "GRANT SELECT, INSERT, UPDATE ON generations TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON login_sessions TO {role}",
)


def role_of(url: str) -> str:
    """The role name in a database URL."""
    return make_url(url).username or ""
