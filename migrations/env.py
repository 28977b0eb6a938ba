"""Alembic's entry: runs on the connection that `core.database.migrate` hands over."""

from alembic import context
from sqlalchemy import Connection


def run() -> None:
    connection: Connection = context.config.attributes["connection"]
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()


run()
