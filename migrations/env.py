"""Alembic's entry: runs on the connection that `core.database.migrate` hands over."""

from alembic import context
from sqlalchemy import Connection


def run() -> None:
    connection: Connection = context.config.attributes["connection"]
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
        # With the migrations or not at all: processes of the version before go on meanwhile, and what they
        # change reaches new tables by triggers.
        context.config.attributes["finish"](connection)


run()
