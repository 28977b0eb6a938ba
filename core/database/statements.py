"""Single statements, each a transaction of its own, over plain connections of the driver.

A read that calls a function of the database costs one round trip this way; a `Database.transaction` costs at
least four. With 16 callers of one such statement: 3.5 times as many a second as by SQLAlchemy's pool.
"""

import asyncio
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg.errors import UndefinedColumn, UndefinedFunction, UndefinedTable
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from core.database.lookups import Lookup, Lookups
from core.database.rows import Rows
from core.errors import ServiceUnavailable
from core.limits import DatabaseLimits

MAX_CONNECTIONS = 16
_NOT_MIGRATED = (UndefinedColumn, UndefinedFunction, UndefinedTable)

logger = logging.getLogger(__name__)

Connection = psycopg.AsyncConnection[tuple[Any, ...]]


class Statements:
    """A pool of connections for single statements."""

    def __init__(self, url: str, limits: DatabaseLimits) -> None:
        self._limits = limits
        self._is_open = False
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            driver_url(url),
            min_size=0,
            max_size=MAX_CONNECTIONS,
            kwargs={"autocommit": True, **connect_options(limits)},
            configure=_configure,
            timeout=limits.pool_seconds,
            reconnect_timeout=limits.pool_seconds,
            open=False,
        )
        self._lookups = Lookups(self._fetch_in_time)

    async def fetch(self, statement: LiteralString, values: Sequence[Any] = ()) -> Rows:
        """The rows of one statement, which may run twice if the connection breaks.

        Raises `ServiceUnavailable` when the database cannot be reached, takes longer than `DatabaseLimits`,
        or is not migrated; else psycopg's errors.
        """
        with _unavailable():
            return await self._fetch_in_time(statement, values)

    async def find(self, lookup: Lookup, values: Sequence[Any]) -> Rows:
        """What the lookup finds for one caller, maybe together with others. Raises what `fetch` raises."""
        with _unavailable():  # here, as the log has a line for each who waits
            return await self._lookups.find(lookup, values)

    @property
    def used(self) -> int:
        """The connections that are in use."""
        stats = self._pool.get_stats()
        return stats["pool_size"] - stats["pool_available"]

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.close()

    async def _fetch_in_time(self, statement: LiteralString, values: Sequence[Any]) -> Rows:
        async with asyncio.timeout(self._limits.statement_seconds):
            return await self._fetch_again_if_broken(statement, values)

    async def _fetch_again_if_broken(self, statement: LiteralString, values: Sequence[Any]) -> Rows:
        """A restart of the database breaks every connection: the first to notice has all of them replaced.

        To ask each connection whether it lives before each statement would double the round trips.
        """
        if not self._is_open:
            await self._pool.open()
            self._is_open = True
        connection = await self._pool.getconn()
        try:
            return await _execute(connection, statement, values)
        except psycopg.OperationalError:
            if not connection.broken:
                raise
        finally:
            # The pool's own context commits, too, which costs time though there is nothing to commit.
            await self._pool.putconn(connection)
        await self._pool.drain()
        async with self._pool.connection() as connection:
            return await _execute(connection, statement, values)


@contextmanager
def _unavailable() -> Iterator[None]:
    """Raises `ServiceUnavailable` in place of what says that the database is away, late or not migrated."""
    try:
        yield
    except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, TimeoutError) as error:
        reason = f"{type(error).__name__}: {error}".partition("\n")[0]
        logger.warning("The database did not answer as it should: %s", reason)
        raise ServiceUnavailable from error
    except _NOT_MIGRATED as error:
        raise ServiceUnavailable from error


async def _execute(connection: Connection, statement: LiteralString, values: Sequence[Any]) -> Rows:
    cursor = connection.cursor(binary=True)
    sent_at = time.monotonic()
    await cursor.execute(statement, values)
    result = cursor.pgresult
    assert result is not None  # noqa: S101  (a statement has been executed)
    # `cursor.description` makes an object for each column, which took a tenth of the time of a read.
    names = [(result.fname(at) or b"").decode() for at in range(result.nfields)]
    return Rows(names, await cursor.fetchall(), sent_at)


async def _configure(connection: Connection) -> None:
    if await is_pooled(connection):
        connection.prepare_threshold = None  # the next statement may meet another server process
    else:
        connection.prepare_threshold = 0


async def is_pooled(connection: Connection) -> bool:
    """Whether a pooler such as PgBouncer stands between this connection and the server.

    A pooler tells the client a process id of its own (its `CancelRequest` needs one), not the server's.
    """
    cursor = await connection.execute("SELECT pg_backend_pid()", prepare=False)
    [pid] = await cursor.fetchone() or (0,)
    return bool(pid != connection.info.backend_pid)


def connect_options(limits: DatabaseLimits) -> dict[str, int]:
    """libpq's options: how soon it gives up connecting, and notices a server that is gone without a word."""
    return {
        "connect_timeout": limits.connect_seconds,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 2,
        "tcp_user_timeout": round(limits.statement_seconds * 1000),
    }


def driver_url(url: str) -> str:
    """SQLAlchemy's URL as psycopg takes it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
