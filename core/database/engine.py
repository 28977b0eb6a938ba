"""Connections and transactions. Every transaction names its owner; the policies then limit its rows."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import QueuePool

from core.database import statements
from core.database.statements import Statements, connect_options
from core.errors import ServiceUnavailable
from core.limits import DatabaseLimits

MAX_CONNECTIONS = 14
"""For transactions; those of `statements` come on top."""
_KEPT_CONNECTIONS = 10

logger = logging.getLogger(__name__)

# One statement sets all values, because every transaction waits for it. A function, as SET LOCAL takes no
# parameters, and `set_config` sets nothing on other machines, where rows may lie (migration 0013).
_BEGIN = text("SELECT begin_for(:owner_id, :login_token_hash, :statement_timeout)")


class Database:
    """The serving role's connections to the database at `url`: for transactions, and for `statements`."""

    def __init__(self, url: str, limits: DatabaseLimits = DatabaseLimits()) -> None:
        self.statements = Statements(url, limits)
        self._limits = limits
        self._statement_timeout = f"{limits.statement_seconds * 1000:.0f}ms"
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_size=_KEPT_CONNECTIONS,
            max_overflow=MAX_CONNECTIONS - _KEPT_CONNECTIONS,
            pool_timeout=limits.pool_seconds,
            hide_parameters=True,  # keeps prompts out of logged errors
            # Behind PgBouncer the next transaction may meet a server process that has not prepared anything.
            connect_args={"prepare_threshold": None, **connect_options(limits)},
        )

    @asynccontextmanager
    async def transaction(
        self, owner_id: UUID | None = None, *, login_token_hash: bytes | None = None
    ) -> AsyncIterator[AsyncSession]:
        """A transaction that sees only the rows of `owner_id` and the login session of `login_token_hash`.

        Commits at the end of the block, rolls back on an error. Raises `ServiceUnavailable` when the
        database cannot be reached, takes longer than `DatabaseLimits`, or is not migrated.
        """
        values = {
            "owner_id": str(owner_id) if owner_id else "",
            "login_token_hash": login_token_hash.hex() if login_token_hash else "",
            "statement_timeout": self._statement_timeout,
        }
        try:
            async with await self._begin(values) as session:
                yield session
                await session.commit()
        except (OperationalError, InterfaceError, PoolTimeoutError) as error:
            logger.warning("The database did not answer as it should: %s", _reason(error))
            raise ServiceUnavailable from error
        except DBAPIError as error:
            if error.connection_invalidated or _is_not_migrated(error):
                raise ServiceUnavailable from error
            raise

    async def _begin(self, values: dict[str, str]) -> AsyncSession:
        """A transaction with its settings. Raises `ServiceUnavailable` when that takes too long."""
        try:
            async with asyncio.timeout(self._limits.pool_seconds + self._limits.statement_seconds):
                return await self._begin_again_if_broken(values)
        except TimeoutError as error:
            logger.warning("The database did not begin a transaction in time")
            raise ServiceUnavailable from error

    async def _begin_again_if_broken(self, values: dict[str, str]) -> AsyncSession:
        """On another connection if a restart has closed the first one.

        SQLAlchemy replaces all older connections once one is found to be closed, so once is enough, and
        nobody has to ask each connection whether it lives.
        """
        try:
            return await self._begin_once(values)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return await self._begin_once(values)

    async def _begin_once(self, values: dict[str, str]) -> AsyncSession:
        session = AsyncSession(self.engine, expire_on_commit=False)
        try:
            await session.execute(_BEGIN, values)
        except BaseException:
            await session.close()
            raise
        return session

    def connections(self) -> dict[str, tuple[int, int]]:
        """The connections in use, and the most that there may be, of each pool by its name."""
        pool = self.engine.pool
        assert isinstance(pool, QueuePool)  # noqa: S101  (what create_async_engine makes)
        return {
            "transactions": (pool.checkedout(), MAX_CONNECTIONS),
            "statements": (self.statements.used, statements.MAX_CONNECTIONS),
        }

    async def close(self) -> None:
        """Close all connections."""
        await self.statements.close()
        await self.engine.dispose()


def violated_constraint(error: IntegrityError) -> str | None:
    """The name of the constraint or unique index that a statement violated; None if there is no name."""
    assert isinstance(error.orig, psycopg.Error)  # noqa: S101  (the only driver)
    diagnosis = error.orig.diag
    if diagnosis.constraint_name:
        return diagnosis.constraint_name
    # Of another machine Citus passes the message alone, where names end with the number of a part of a table.
    found = re.search(r"(\w+)_\d{6,}\b", diagnosis.message_primary or "")
    return found[1] if found else None


def _reason(error: SQLAlchemyError) -> str:
    """The driver's message, without the statement that SQLAlchemy adds."""
    original = error.orig if isinstance(error, DBAPIError) else error
    return f"{type(original).__name__}: {original}".partition("\n")[0]


def _is_not_migrated(error: DBAPIError) -> bool:
    undefined_column_table_or_function = {"42703", "42P01", "42883"}
    return getattr(error.orig, "sqlstate", None) in undefined_column_table_or_function
