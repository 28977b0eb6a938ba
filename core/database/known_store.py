"""The store of pictures that a database belongs to."""

from uuid import UUID

from sqlalchemy import text

from core.database.connecting import engine_of, wait_for
from core.limits import DatabaseLimits


def claim_store(url: str, store_id: UUID, limits: DatabaseLimits = DatabaseLimits()) -> UUID:
    """The id of the store that the database knows: this one's, if it knew none. Raises as `wait_for` does."""
    with wait_for(engine_of(url, limits), "DATABASE_URL", limits) as connection, connection.begin():
        connection.execute(
            text("INSERT INTO picture_store (id) VALUES (:id) ON CONFLICT DO NOTHING"), {"id": store_id}
        )
        return UUID(str(connection.scalar(text("SELECT id FROM picture_store"))))
