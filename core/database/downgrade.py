"""The way back to an older migration: what would be lost by it, and the way itself."""

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator

from alembic.util import CommandError
from psycopg.errors import LockNotAvailable
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, OperationalError

from core.database.compatibility import Schema, schema_of
from core.database.connecting import engine_of, first_line, wait_for
from core.database.migrate import downgrade, lock
from core.database.prepare import running
from core.errors import ConfigurationError
from core.limits import DatabaseLimits
from core.settings import Settings

_COLUMNS = """
    SELECT table_name, column_name FROM information_schema.columns c
    JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE table_schema = 'public' AND table_type = 'BASE TABLE'
"""

_IN_USE = "an Easel, or something else, is using the database: stop every Easel, then do it again"

Column = tuple[str, str]


def run_downgrade(settings: Settings, arguments: list[str], limits: DatabaseLimits) -> int:
    """`downgrade REVISION`: say what that would lose, and do it with `--yes`. Returns the exit status.

    Raises `ConfigurationError`.
    """
    parser = argparse.ArgumentParser(prog="easel")
    commands = parser.add_subparsers(required=True)
    command = commands.add_parser("downgrade", help="undo migrations, for an older Easel")
    command.add_argument("revision", help="the migration to go back to, such as 0011")
    command.add_argument("--yes", action="store_true", help="do it; without it, only say what would be lost")
    asked = parser.parse_args(arguments)
    with running(settings) as urls:
        engine = engine_of(urls.owning, limits)
        try:
            with wait_for(engine, "MIGRATION_DATABASE_URL", limits) as connection:
                lock(connection)
                return _downgrade(connection, asked.revision, is_sure=asked.yes)
        except OperationalError as error:
            if isinstance(error.orig, LockNotAvailable):
                raise ConfigurationError([_IN_USE]) from error
            raise ConfigurationError([_not_run(error)]) from error
        except (CommandError, DBAPIError) as error:
            raise ConfigurationError([_not_run(error)]) from error


def _not_run(error: Exception) -> str:
    return f"the migrations do not run: {first_line(error)}"


def _hurry(connection: Connection) -> None:
    """Do not wait for whoever uses a table: all that come after would wait behind this transaction."""
    connection.execute(text("SET LOCAL lock_timeout = '2s'"))


def _downgrade(connection: Connection, revision: str, *, is_sure: bool) -> int:
    with connection.engine.connect() as looking:  # what `connection` read, the trial could not drop
        before = schema_of(looking)
    sys.stderr.write(
        "Stop every Easel first: what would be lost is found out by trying, which locks its tables\n"
    )
    for line in _losses(connection, revision, before):
        sys.stdout.write(f"{line}\n")
    if not is_sure:
        sys.stdout.write("Nothing was changed: stop every Easel, make a back-up, then add --yes\n")
        return 1
    _hurry(connection)
    downgrade(connection, revision)
    sys.stdout.write(f"The database went from migration {before.revision} to {revision}\n")
    return 0


def _losses(connection: Connection, revision: str, schema: Schema) -> Iterator[str]:
    """A line for each table and column that would go, with how much is in it: found out by trying."""
    with connection.engine.connect() as looking:
        before = _columns(looking)
    with connection.engine.connect() as trial:  # whose transaction nobody commits
        _hurry(trial)
        downgrade(trial, revision, is_trial=True)
        gone = before - _columns(trial)
    yield f"From migration {schema.revision} to {revision} these would be lost:"
    tables: defaultdict[str, list[str]] = defaultdict(list)
    for table, column in sorted(gone):
        tables[table].append(column)
    for table, columns in tables.items():
        is_whole = len(columns) == sum(1 for name, _ in before if name == table)
        for what in [None] if is_whole else columns:
            rows = _count(connection, table, what)
            yield f"- {table}{f'.{what}' if what else ''}: {rows} row{'' if rows == 1 else 's'}"
    if not gone:
        yield "- no table and no column"


def _columns(connection: Connection) -> set[Column]:
    return {(table, column) for table, column in connection.execute(text(_COLUMNS))}


def _count(connection: Connection, table: str, column: str | None) -> int:
    """All rows, also those that no policy shows to the owner."""
    what = f'"{column}"' if column else "*"
    with connection.engine.connect() as looking:  # whose transaction nobody commits
        _hurry(looking)
        looking.execute(text(f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY'))
        return looking.scalar(text(f'SELECT count({what}) FROM "{table}"')) or 0  # noqa: S608
