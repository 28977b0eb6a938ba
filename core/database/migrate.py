"""Bring the database to the newest migration."""

import logging
from functools import partial

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from psycopg import sql
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, OperationalError

from core.database.compatibility import MIGRATIONS_DIR, note_compatibility, schema_of
from core.database.connecting import engine_of, first_line, wait_for
from core.errors import ConfigurationError, DatabaseAway
from core.limits import DatabaseLimits

_LOCK = "hashtext('easel migrations')"

logger = logging.getLogger(__name__)


def migrate(
    owner_url: str,
    serving_role: str,
    revision: str = "head",
    limits: DatabaseLimits = DatabaseLimits(),
) -> None:
    """Run the migrations as the owning role up to `revision`, and grant the serving role its rights.

    Processes that start at the same time wait for each other. A database that a newer Easel has migrated
    stays as it is. Raises `DatabaseAway` when the database cannot be reached, and `ConfigurationError` when
    it is too new for this code, a migration fails or the owning role lacks a right.
    """
    try:
        engine = engine_of(owner_url, limits)
        with wait_for(engine, "MIGRATION_DATABASE_URL", limits) as connection:
            lock(connection)
            if not _is_newer(connection):
                upgrade(connection, revision, serving_role)
    except OperationalError as error:
        raise DatabaseAway([_not_run(error)]) from error
    except (CommandError, DBAPIError) as error:
        raise ConfigurationError([_not_run(error)]) from error


def _not_run(error: Exception) -> str:
    return f"MIGRATION_DATABASE_URL: the migrations do not run: {first_line(error)}"


def _is_newer(connection: Connection) -> bool:
    """Whether a newer Easel has migrated the database.

    Raises `ConfigurationError` where this one may not serve beside it.
    """
    schema = schema_of(connection)
    if schema.is_newer and not schema.may_be_served:
        raise ConfigurationError(
            [f"this database is newer than this Easel (migration {schema.revision}): start a newer Easel"]
        )
    if schema.is_newer:
        logger.info(
            "A newer Easel has migrated the database to %s; this one serves beside it", schema.revision
        )
    return schema.is_newer


def lock(connection: Connection) -> None:
    """Keep other processes from migrating until the end of the transaction.

    Behind PgBouncer a lock of PostgreSQL's session would stay with whichever server process the statement
    met, and the unlocking meet another.
    """
    if not connection.scalar(text(f"SELECT pg_try_advisory_xact_lock({_LOCK})")):
        logger.info("Waiting for another migration of this database to end")
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))


def upgrade(connection: Connection, revision: str = "head", serving_role: str | None = None) -> None:
    """Run the migrations up to `revision`, grant the serving role its rights, and commit, all or nothing.

    Raises Alembic's and SQLAlchemy's errors.
    """
    config = _alembic_config(connection)
    if serving_role:
        config.attributes["finish"] = partial(_finish, serving_role=serving_role)
    command.upgrade(config, revision)
    connection.commit()


def downgrade(connection: Connection, revision: str = "base", *, is_trial: bool = False) -> None:
    """Undo the migrations down to `revision` and commit; leave a trial to be rolled back.

    Raises Alembic's and SQLAlchemy's errors.
    """
    if not connection.in_transaction():
        connection.begin()
    command.downgrade(_alembic_config(connection), revision)
    if not is_trial:
        connection.commit()


def _alembic_config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_DIR))
    config.attributes["connection"] = connection
    config.attributes["finish"] = note_compatibility
    return config


def _finish(connection: Connection, serving_role: str) -> None:
    note_compatibility(connection)
    _grant(connection, serving_role)


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
    "GRANT SELECT, INSERT ON authentications TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON api_tokens TO {role}",
    "GRANT SELECT, INSERT ON prompt_search TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON people TO {role}",
    "GRANT SELECT, INSERT, UPDATE ON ledger TO {role}",
    "GRANT SELECT, INSERT, UPDATE ON spending TO {role}",
    "GRANT SELECT, INSERT, UPDATE ON installation TO {role}",
    "GRANT SELECT, INSERT, DELETE ON audit_log TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON account_deletions TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON exports TO {role}",
    "GRANT SELECT ON schema_compatibility TO {role}",
    "GRANT SELECT, INSERT ON picture_store TO {role}",
)
