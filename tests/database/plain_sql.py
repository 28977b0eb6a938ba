"""SQL past the application: for whom a transaction runs, and what a database is made of."""

from uuid import UUID

import psycopg
from psycopg.rows import DictRow, dict_row

from tests.support.database import TestDatabase

PlainConnection = psycopg.Connection[DictRow]


def connect(url: str) -> PlainConnection:
    """A connection without transactions, of the role in a SQLAlchemy URL."""
    plain = url.replace("postgresql+psycopg://", "postgresql://")
    return psycopg.connect(plain, row_factory=dict_row, autocommit=True)


def act_for(connection: PlainConnection, owner_id: UUID | str) -> None:
    connection.execute("SELECT set_config('app.user_id', %s, true)", [str(owner_id)])


def present_token(connection: PlainConnection, token_hash: bytes) -> None:
    connection.execute("SELECT set_config('app.login_token_hash', %s, true)", [token_hash.hex()])


def column(connection: PlainConnection, query: str, *parameters: object) -> list[object]:
    """The first column of the rows."""
    return [next(iter(row.values())) for row in connection.execute(query.encode(), parameters)]


def add_generation(database: TestDatabase, owner_id: UUID, prompt: str, status: str = "processing") -> UUID:
    rows = database.run(
        "INSERT INTO generations (owner_id, prompt, model, status, result_url, error_code)"
        " VALUES (%s, %s, 'm/m', %s, %s, %s) RETURNING id",
        owner_id,
        prompt,
        status,
        "https://replicate.delivery/1.png" if status == "succeeded" else None,
        "MODERATED" if status == "failed" else None,
    )
    generation_id: UUID = rows[0]["id"]
    return generation_id


def add_login_session(database: TestDatabase, owner_id: UUID, token_hash: bytes) -> None:
    database.run(
        "INSERT INTO login_sessions (token_hash, owner_id, name, expires_at)"
        " VALUES (%s, %s, 'Somebody', now() + interval '1 day')",
        token_hash,
        owner_id,
    )
