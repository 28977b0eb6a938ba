"""Which migration the database is at."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.database.compatibility import Schema


async def get_schema(session: AsyncSession) -> Schema:
    """The migration that ran last, and which code may serve it.

    A database without the tables for it ends the transaction with `ServiceUnavailable`.
    """
    statement = "SELECT version_num, (SELECT oldest_code FROM schema_compatibility) FROM alembic_version"
    found = (await session.execute(text(statement))).one_or_none()
    return Schema(*found) if found else Schema(None)
