"""Which code may serve which schema.

Migrations only add at first: what the code of before needs stays until nobody runs that code any more. Each
migration therefore names, as `oldest_code`, the newest migration that the oldest code knew which may serve
beside it. Code that meets a migration it does not know reads that name in the database.
"""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

MIGRATIONS_DIR = Path(__file__).parents[2] / "migrations"


class Schema(NamedTuple):
    """The migration that a database is at, and the `oldest_code` of it; None where it is not known."""

    revision: str | None
    oldest_code: str | None = None

    @property
    def is_ours(self) -> bool:
        """Whether it is at the newest migration of this code."""
        return self.revision == newest_revision()

    @property
    def is_newer(self) -> bool:
        """Whether a newer Easel has migrated it."""
        return self.revision is not None and self.revision not in _known_revisions()

    @property
    def may_be_served(self) -> bool:
        """Whether this code may serve."""
        return self.is_ours or (self.is_newer and self.oldest_code in _known_revisions())


@lru_cache
def newest_revision() -> str:
    """The revision that the code expects of the database."""
    [head] = _scripts().get_heads()
    return head


def schema_of(connection: Connection) -> Schema:
    """What a connection's database is at."""
    if not _has_table(connection, "alembic_version"):
        return Schema(None)
    revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    if not _has_table(connection, "schema_compatibility"):
        return Schema(revision)
    return Schema(revision, connection.scalar(text("SELECT oldest_code FROM schema_compatibility")))


def note_compatibility(connection: Connection) -> None:
    """After migrations, up or down: write the `oldest_code` of the last one, if there is a place for it."""
    if not _has_table(connection, "schema_compatibility"):
        return
    revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    connection.execute(
        text(
            "INSERT INTO schema_compatibility (oldest_code) VALUES (:oldest)"
            " ON CONFLICT (is_only) DO UPDATE SET oldest_code = EXCLUDED.oldest_code"
            " WHERE schema_compatibility.oldest_code <> EXCLUDED.oldest_code"
        ),
        {"oldest": oldest_code(revision)},
    )


def oldest_code(revision: str) -> str:
    """What the migration says of itself."""
    found: str = _scripts().get_revision(revision).module.oldest_code
    return found


def _has_table(connection: Connection, name: str) -> bool:
    return connection.scalar(text("SELECT to_regclass(:name)"), {"name": name}) is not None


@lru_cache
def _known_revisions() -> frozenset[str]:
    return frozenset(script.revision for script in _scripts().walk_revisions())


@lru_cache
def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS_DIR))
    return ScriptDirectory.from_config(config)
