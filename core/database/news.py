"""News: that rows of an owner have changed, told by the database to every process (`NOTIFY` by triggers).

A notice may be lost, with the connection that listens or behind a pooler, which drops them: whoever
subscribes must look once in a while without one, too.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Never
from uuid import UUID

import psycopg
from psycopg.conninfo import make_conninfo

from core.database.statements import connect_options, driver_url, is_pooled
from core.limits import DatabaseLimits

CHANNEL = "easel_news"
EVERYBODY = UUID(int=0)
"""Named by the notice of a change that concerns all: a pause, a budget that is spent."""
_PAUSE_SECONDS = 1.0

logger = logging.getLogger(__name__)

Tell = Callable[[], None]


class News:
    """The subscribers of one process, and the one connection that listens for all of them."""

    def __init__(self, url: str, limits: DatabaseLimits = DatabaseLimits()) -> None:
        self._url = make_conninfo(driver_url(url), **connect_options(limits))
        self._subscribers: defaultdict[UUID | None, set[Tell]] = defaultdict(set)
        self.is_live = False
        """Whether a change is told at once: not while the connection is away, behind a pooler, or where the
        rows lie on several machines."""

    def subscribe(self, owner_id: UUID | None, tell: Tell) -> Callable[[], None]:
        """Call `tell` after each change of the owner's rows; of everybody's for None. Returns its undoing."""
        self._subscribers[owner_id].add(tell)

        def unsubscribe() -> None:
            self._subscribers[owner_id].discard(tell)
            if not self._subscribers[owner_id]:
                del self._subscribers[owner_id]

        return unsubscribe

    def has_subscribers(self, owner_id: UUID) -> bool:
        """Whether anybody subscribes to news of that owner."""
        return owner_id in self._subscribers

    def tell_everybody(self) -> None:
        """Tell who subscribes to `EVERYBODY`, as a notice of the database would."""
        self._tell([EVERYBODY])

    async def listen(self) -> None:
        """Listen until cancelled, over one connection after the other; return only behind a pooler."""
        while True:
            try:
                await self._listen_once()
            except (psycopg.Error, OSError) as error:
                logger.warning("No news from the database: %s", str(error).partition("\n")[0])
            except _Pooled:
                logger.info("Behind a pooler, which drops notices: pages look by themselves")
                return
            finally:
                self.is_live = False
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _listen_once(self) -> Never:
        async with await psycopg.AsyncConnection.connect(self._url, autocommit=True) as connection:
            if await is_pooled(connection):
                raise _Pooled
            is_all_told = await _is_told(connection)
            if not is_all_told:  # but of what is on this one: login sessions that end, a pause
                logger.info(
                    "Rows lie on machines that do not hear each other's notices: pages look by themselves"
                )
            await connection.execute(f"LISTEN {CHANNEL}")
            self.is_live = is_all_told
            # What was told while nobody listened is lost.
            self._tell(list(self._subscribers))
            async for notice in connection.notifies():
                self._tell([*_owners(notice.payload), None])
        raise psycopg.OperationalError("the connection has ended")

    def _tell(self, owner_ids: Iterable[UUID | None]) -> None:
        for owner_id in owner_ids:
            for tell in list(self._subscribers.get(owner_id, ())):
                try:
                    tell()
                except Exception:
                    logger.exception("A subscriber to news failed")


def _owners(payload: str) -> list[UUID]:
    """The owner that a notice names; none if it is not Easel's own."""
    try:
        return [UUID(payload)]
    except ValueError:
        logger.warning("A notice on %s names no owner", CHANNEL)
        return []


async def _is_told(connection: psycopg.AsyncConnection[Any]) -> bool:
    """Whether changes of generations are told at all; `deploy/distribute.sh` takes the trigger away.

    A database that is not migrated yet will have it.
    """
    cursor = await connection.execute(
        "SELECT to_regclass('generations') IS NULL OR EXISTS (SELECT FROM pg_trigger"
        " WHERE tgrelid = to_regclass('generations') AND tgname = 'generations_news')"
    )
    [is_told] = await cursor.fetchone() or (True,)
    return bool(is_told)


class _Pooled(Exception):
    """`LISTEN` was asked of a pooler."""
