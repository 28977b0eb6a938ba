"""The store of pictures that a database belongs to."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import text

from core.database.connecting import engine_of, wait_for
from core.limits import DatabaseLimits


def claim_store(
    url: str, store_id: UUID, write: Callable[[], None], limits: DatabaseLimits = DatabaseLimits()
) -> UUID:
    """The id of the store that the database knows: this one's, if it knew none.

    Then `write` sees to it that the store has the id, before any other start learns of it: those wait, and
    where it fails the database knows none still. Raises what it does, and as `wait_for`.
    """
    with wait_for(engine_of(url, limits), "DATABASE_URL", limits) as connection, connection.begin():
        added = connection.execute(
            text("INSERT INTO picture_store (id) VALUES (:id) ON CONFLICT DO NOTHING"), {"id": store_id}
        )
        if added.rowcount:
            write()
        return UUID(str(connection.scalar(text("SELECT id FROM picture_store"))))
