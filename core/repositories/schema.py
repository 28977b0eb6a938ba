"""Which migration the database is at."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession


async def get_revision(session: AsyncSession) -> str | None:
    """The revision of the last migration that ran; None when no migration has run.

    A database without Alembic's table ends the transaction with `ServiceUnavailable`.
    """
    return (await session.execute(text("SELECT version_num FROM alembic_version"))).scalar_one_or_none()
