"""Reads of single things, which go to the database together when several callers ask in the same turn of the
event loop: eight in one statement take this process a quarter of the time of eight statements, and one
connection in place of eight.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from functools import cache
from typing import Any, LiteralString, NamedTuple

from core.database.rows import Rows

MOST_TOGETHER = 8
"""More gain little, and the first of them would wait for the last."""

Fetch = Callable[[LiteralString, Sequence[Any]], Awaitable[Rows]]
Asked = tuple[Sequence[Any], asyncio.Future[Rows]]
Form = tuple[bool, ...]
"""Which of the values a caller leaves out."""


class Lookup(NamedTuple):
    """A function of the database that reads for one caller, and enters for that one before it does."""

    selected: LiteralString
    """Columns of `found`, which is what the function returns, and of `asked`."""
    function: LiteralString
    """The function with its arguments, which are columns of `asked`."""
    asked: tuple[tuple[LiteralString, LiteralString], ...]
    """Names and types of the columns of `asked`: what a caller gives, in this order."""


class Lookups:
    """Collects what is asked for in one turn of the event loop, and has it fetched by `fetch`."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._asked: dict[tuple[Lookup, Form], list[Asked]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def find(self, lookup: Lookup, values: Sequence[Any]) -> Rows:
        """What the lookup finds for these values. Raises what `fetch` raises."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Rows] = loop.create_future()
        # Who comes by a token and who is known by an id never meet: what entering by a token sets would stay
        # for the next one, and each mixture would be a statement of its own to be prepared.
        form = tuple(value is None for value in values)
        asked = self._asked.setdefault((lookup, form), [])
        asked.append((values, answer))
        if len(asked) == 1:
            loop.call_soon(self._send, lookup, form)
        return await answer

    def _send(self, lookup: Lookup, form: Form) -> None:
        asked = [(values, answer) for values, answer in self._asked.pop((lookup, form)) if not answer.done()]
        for start in range(0, len(asked), MOST_TOGETHER):
            # A task of its own, in nobody's name: whoever asked first may leave without the others.
            task = asyncio.create_task(
                self._answer(lookup, asked[start : start + MOST_TOGETHER]), context=Context()
            )
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _answer(self, lookup: Lookup, asked: Sequence[Asked]) -> None:
        answers = [answer for _, answer in asked]
        values = [value for number, (given, _) in enumerate(asked) for value in (number, *given)]
        try:
            found = await self._fetch(_statement(lookup, len(asked)), values)
            rows: list[list[tuple[Any, ...]]] = [[] for _ in asked]
            for row in found.rows:
                rows[row[0]].append(row[1:])
            names = found.names[1:]
            for answer, own in zip(answers, rows, strict=True):
                if not answer.done():
                    answer.set_result(Rows(names, own, found.sent_at))
        except Exception as error:  # noqa: BLE001  (each of those who wait raises it)
            for answer in answers:
                if not answer.done():
                    answer.set_exception(error)
        finally:
            for answer in answers:
                answer.cancel()


@cache
def _statement(lookup: Lookup, callers: int) -> LiteralString:
    """One row for each of them. To send arrays in place of rows took twice the time."""
    row: LiteralString = ", ".join(["%s::int", *("%s::" + kind for _, kind in lookup.asked)])
    rows: LiteralString = ", ".join([f"({row})"] * callers)
    names: LiteralString = ", ".join(["number", *(name for name, _ in lookup.asked)])
    # For each row in turn: the function enters for its caller, reads, and is done before the next one.
    return (
        f"SELECT asked.number, {lookup.selected} FROM (VALUES {rows}) AS asked({names})"  # noqa: S608  (of literals alone)
        f" CROSS JOIN LATERAL {lookup.function} AS found"
    )
