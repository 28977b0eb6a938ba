"""The tests' database: an embedded server, migrated once and emptied between tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import DictRow, dict_row

from core.database.embedded import OWNING_ROLE, SERVING_ROLE, EmbeddedDatabase
from core.database.migrate import migrate
from core.database.news import CHANNEL, EVERYBODY
from core.services.login_sessions import hash_token

TABLES = (
    *("generations", "generations_to_settle", "login_sessions", "api_tokens", "run_times", "submit_keys"),
    *("people", "ledger", "spending", "prompt_search", "installation", "audit_log", "account_deletions"),
    *("exports", "picture_store", "authentications"),
)
# Waits for whoever writes and fires no trigger, as TRUNCATE, which makes all files anew: for a few rows that
# takes three times as long.
_EMPTY = f"SET LOCAL session_replication_role = replica; LOCK TABLE {', '.join(TABLES)};" + "".join(
    f" DELETE FROM {table};" for table in TABLES
)


@dataclass
class TestDatabase:
    """Its URLs by role, and plain SQL past the application."""

    __test__ = False

    serving_url: str
    owning_url: str

    @property
    def superuser_url(self) -> str:
        return self.owning_url.replace(f"//{OWNING_ROLE}@", "//postgres@")

    def run(self, statement: str, *parameters: Any) -> list[DictRow]:
        """Run SQL as the superuser, whom no policy binds; returns the rows."""
        with psycopg.connect(plain(self.superuser_url), row_factory=dict_row) as connection:
            # With parameters, and be it none, there can be but one statement.
            cursor = connection.execute(statement.encode(), parameters or None)
            return cursor.fetchall() if cursor.description else []

    def connect_as_serving_role(self) -> psycopg.Connection[DictRow]:
        """A plain connection of the role that serves, which policies bind."""
        return psycopg.connect(plain(self.serving_url), row_factory=dict_row)

    def generations(self, owner_id: UUID | None = None) -> list[DictRow]:
        """Every generation, or an owner's, oldest first."""
        return self.run(
            "SELECT * FROM generations WHERE %s::uuid IS NULL OR owner_id = %s ORDER BY created_at",
            owner_id,
            owner_id,
        )

    def age(self, minutes: float) -> None:
        """Move every generation that far into the past."""
        past = timedelta(minutes=minutes)
        for row in self.generations():  # one by one, as Citus does not calculate with columns
            times = [row[name] and row[name] - past for name in ("created_at", "polled_at", "next_poll_at")]
            self.run(
                "UPDATE generations SET created_at = %s, polled_at = %s, next_poll_at = %s"
                " WHERE id = %s AND owner_id = %s",
                *times,
                row["id"],
                row["owner_id"],
            )

    def make_due(self) -> None:
        """Make every task due now, and tell the loops, which rest until the next one that they know of."""
        self.run("UPDATE generations_to_settle SET due_at = now()")
        self.run("SELECT pg_notify(%s, %s)", CHANNEL, str(EVERYBODY))

    def sign_in(self, token: str, owner_id: UUID | None = None, *, hours: float = 24) -> None:
        """Give somebody a login session with that token, as of whoever has just proved who they are."""
        self.run(
            "INSERT INTO login_sessions (token_hash, owner_id, name, expires_at)"
            " VALUES (%s, %s, 'Ada', now() + make_interval(secs => %s))",
            hash_token(token),
            owner_id or uuid4(),
            hours * 3600,
        )
        [known] = self.run("SELECT to_regclass('authentications') IS NOT NULL AS at")
        if known["at"]:  # not in a database of the version before
            self.run(
                "INSERT INTO authentications SELECT token_hash, owner_id, now() FROM login_sessions"
                " WHERE token_hash = %s",
                hash_token(token),
            )

    def empty(self) -> None:
        """Remove all rows; again when that meets the loop of an application, which locks in another order."""
        try:
            self._empty()
        except psycopg.errors.DeadlockDetected:
            self._empty()

    def _empty(self) -> None:
        self.run(_EMPTY)


@contextmanager
def migrated_database(folder: Path) -> Iterator[TestDatabase]:
    embedded = EmbeddedDatabase(folder)
    try:
        database = TestDatabase(embedded.url(SERVING_ROLE), embedded.url(OWNING_ROLE))
        _trust_the_machine(database)
        migrate(database.owning_url, SERVING_ROLE)
        yield database
    finally:
        embedded.stop()


def _trust_the_machine(database: TestDatabase) -> None:
    """Have the server not wait for the disk: no test turns the power off, and each empties all tables."""
    with psycopg.connect(plain(database.superuser_url), autocommit=True) as superuser:
        superuser.execute("ALTER SYSTEM SET fsync = off")
        superuser.execute("SELECT pg_reload_conf()")


@contextmanager
def empty_database(beside: TestDatabase) -> Iterator[TestDatabase]:
    """A database of the owning role on the same server, which no migration has seen; removed at the end."""
    name = f"fresh_{uuid4().hex}"
    with psycopg.connect(plain(beside.superuser_url), autocommit=True) as superuser:
        superuser.execute(f"CREATE DATABASE {name} OWNER {OWNING_ROLE}".encode())
        urls = (url.replace("@/easel?", f"@/{name}?") for url in (beside.serving_url, beside.owning_url))
        yield TestDatabase(*urls)
        superuser.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def plain(url: str) -> str:
    """A URL of SQLAlchemy's as psycopg takes it."""
    return url.replace("postgresql+psycopg://", "postgresql://")
