"""The world that histories happen in: owners who press, processes that die and start again, a provider
with faults, and a clock that jumps. Database and provider are real; a process is a context of its own."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg.rows import DictRow, dict_row

from core import points, services
from core.context import Context, create_context
from core.errors import CancelNotConfirmed, EaselError
from core.limits import Limits, PollLimits, ProviderLimits
from core.models import Generation
from core.services.upkeep import Upkeep
from core.settings import Settings
from tests.reliability.histories.tabs import Tab
from tests.support.database import TestDatabase, plain
from tests.support.provider_with_files import ProviderWithFiles

OWNERS = 2
PROCESSES = 2
# What a process's own clock is off by: times that matter come from the database's.
CLOCKS = (timedelta(hours=3), timedelta(hours=-3))
BEAT = timedelta(seconds=30)
_MARKER_PREFIX = "easel-"
# Pauses are by a clock that does not jump.
_LIMITS = Limits(
    provider=ProviderLimits(first_pause_seconds=0.0, longest_pause_seconds=0.0),
    polls=PollLimits(max_watched=0),
)
_at: ContextVar[int] = ContextVar("process")


class Died(BaseException):
    """The process is gone at this very point."""


@dataclass
class Press:
    """A press of Generate: what was sent, and what the person was told, if anything."""

    owner: int
    prompt: str
    key: str = field(default_factory=lambda: str(uuid4()))
    generation_id: UUID | None = None
    refusal: EaselError | None = None


class World:
    """What can happen, each as a method; `presses` and `seen` are what people remember of it."""

    def __init__(self, settings: Settings, database: TestDatabase, provider: ProviderWithFiles) -> None:
        self.database = database
        self.provider = provider
        self.owners = [uuid4() for _ in range(OWNERS)]
        self.presses: list[Press] = []
        self.seen: dict[UUID, Generation] = {}
        self.passed = timedelta()
        self.deaths = 0
        self._settings = settings
        self._sql = psycopg.connect(plain(database.superuser_url), autocommit=True, row_factory=dict_row)
        self._contexts = [self._start() for _ in range(PROCESSES)]
        for number, owner_id in enumerate(self.owners):
            database.sign_in(_token(number), owner_id)
        self._tabs = [self._open_tabs(process) for process in range(PROCESSES)]
        self._armed: tuple[int, points.Point] | None = None
        self._rows: list[DictRow] | None = None
        self._dead: set[int] = set()
        points.hook = self._pass

    async def press(self, press: Press, process: int) -> None:
        """Send it, for the first time or again; a reply that does not come teaches nothing."""
        try:
            generation_id = await self._run(
                process,
                lambda ctx: services.submit_generation(
                    ctx,
                    order=services.new_order(ctx, press.prompt),
                    owner_id=self.owners[press.owner],
                    idempotency_key=press.key,
                ),
            )
        except EaselError as error:
            press.refusal = error
            return
        if generation_id is not None:
            assert press.generation_id in {None, generation_id}, "one press, two generations"
            press.generation_id, press.refusal = generation_id, None

    async def read(self, press: Press, process: int) -> None:
        if press.generation_id is None:
            return
        generation_id, owner_id = press.generation_id, self.owners[press.owner]
        self._see(
            await self._run(
                process, lambda ctx: services.get_generation(ctx, id=generation_id, owner_id=owner_id)
            )
        )

    async def cancel(self, press: Press, process: int) -> None:
        if press.generation_id is None:
            return
        generation_id, owner_id = press.generation_id, self.owners[press.owner]
        try:
            self._see(
                await self._run(
                    process, lambda ctx: services.cancel_generation(ctx, id=generation_id, owner_id=owner_id)
                )
            )
        except CancelNotConfirmed:
            return

    async def reload(self, owner: int, process: int) -> None:
        """A page opens again: it shows what is in flight, and the pictures."""
        owner_id = self.owners[owner]
        tab = self._tabs[process][owner]
        await self._run(process, lambda _: tab.look())
        for one in (
            await self._run(process, lambda ctx: services.list_generations(ctx, owner_id=owner_id, limit=100))
            or []
        ):
            self._see(one)

    async def run_loop(self, process: int) -> None:
        await self._run(process, lambda ctx: Upkeep(ctx).run_once())

    async def at_once(self, *happenings: Coroutine[Any, Any, None]) -> None:
        """What was seen before must still be so; of what is seen now, nobody can say what came first."""
        self._rows = None
        before = {key: one for key, one in self.seen.items() if not one.is_processing}
        await asyncio.gather(*happenings)
        for generation_id, generation in before.items():
            assert _end(self.seen[generation_id]) == _end(generation), "a terminal state has changed"

    def arm(self, process: int, point: points.Point | None) -> None:
        """The process will die when it next passes that point, if it does before it is armed again."""
        self._armed = (process, point) if point else None

    async def bury(self) -> None:
        """Start anew what has died. A killed process leaves no task and no transaction."""
        for process in sorted(self._dead):
            await self._kill(process)
        self._dead.clear()

    async def kill(self, process: int) -> None:
        self._dead.add(process)
        await self.bury()

    def lose_notices(self, process: int) -> None:
        """From now to their next beat the tabs at that process are told nothing."""
        for tab in self._tabs[process]:
            tab.is_deaf = True

    def break_listener(self, which: int) -> None:
        """End one of the connections that listen; what is told until the next one listens is lost."""
        self._sql.execute(_END_LISTENER, [which])

    async def all_tabs_hear(self) -> None:
        """Every tab that is told anything shows what is so. Raises `TimeoutError`."""
        await asyncio.gather(*(tab.hear(self._is_right) for tabs in self._tabs for tab in tabs))

    async def let_pass(self, time: timedelta) -> None:
        """Move all that is written down into the past, here and at the provider."""
        self.passed += time
        self._rows = None
        self._sql.execute(_shift(time).encode())
        self.provider.age(time.total_seconds() / 60)
        if time >= BEAT:
            await asyncio.gather(*(tab.look() for tabs in self._tabs for tab in tabs))

    def predictions_of(self, generation_id: UUID) -> list[dict[str, Any]]:
        marker = f"{_MARKER_PREFIX}{generation_id}"
        predictions = self.provider.emulator.predictions.values()
        return [one for one in predictions if one["input"]["user_id"] == marker]

    def ends_at_the_provider(self) -> set[str]:
        """How all predictions stand by now; what nobody has canceled has run to its end."""
        emulator = self.provider.emulator
        return {str(emulator._find(one)["status"]) for one in list(emulator.predictions)}  # type: ignore[index]

    def rows(self) -> list[DictRow]:
        """Every generation, as the database has it."""
        if self._rows is None:
            self._rows = self._sql.execute("SELECT * FROM generations").fetchall()
        return self._rows

    def ledger(self) -> dict[UUID, str]:
        """The state of each generation's row in the ledger. The sums that are kept of it must be right."""
        [kept] = self._sql.execute(
            "SELECT (SELECT coalesce(sum(reserved_usd), 0) FROM spending) AS reserved,"
            " (SELECT coalesce(sum(charged_usd), 0) FROM spending) AS charged,"
            " coalesce(sum(price_usd) FILTER (WHERE state = 'reserved'), 0) AS of_reserved,"
            " coalesce(sum(price_usd) FILTER (WHERE state = 'charged'), 0) AS of_charged FROM ledger"
        ).fetchall()
        assert (kept["reserved"], kept["charged"]) == (kept["of_reserved"], kept["of_charged"])
        rows = self._sql.execute("SELECT generation_id, state FROM ledger").fetchall()
        return {row["generation_id"]: row["state"] for row in rows}

    def is_waiting(self) -> bool:
        """Whether there is anything that Easel would still do by itself."""
        return bool(self._sql.execute("SELECT 1 FROM generations_to_settle LIMIT 1").fetchone())

    async def picture(self, row: DictRow) -> bytes:
        """Its bytes, as its owner gets them. Raises `NotFound`."""
        ctx = self._contexts[0]
        generation = await services.find_picture(ctx, id=row["id"], owner_id=row["owner_id"])
        found = await services.open_picture(ctx, generation, is_thumbnail=False)
        return b"".join([part async for part in found.stored.parts()])

    async def end(self) -> None:
        points.hook = None
        self._sql.close()
        for ctx in self._contexts:
            await ctx.close()

    def _start(self) -> Context:
        ctx = create_context(self._settings, self.database.serving_url, _LIMITS)
        ctx.background.start_endless(ctx.news.listen())
        return ctx

    def _open_tabs(self, process: int) -> list[Tab]:
        """One of each owner."""
        ctx = self._contexts[process]
        return [Tab(ctx, owner_id, _token(number)) for number, owner_id in enumerate(self.owners)]

    def _is_right(self, tab: Tab) -> bool:
        """Whether it shows the owner's running generation; else how the one on its stage has ended."""
        rows = [row for row in self.rows() if row["owner_id"] == tab.owner_id]
        on_stage = tab.shown and tab.shown[0]
        wanted = [row for row in rows if row["status"] == "processing"] or [
            row for row in rows if row["id"] == on_stage
        ]
        return all(tab.shown == (row["id"], row["status"]) for row in wanted)

    async def _run(
        self, process: int, work: Callable[[Context], Coroutine[Any, Any, Any]]
    ) -> Any:  # what `work` returns; None when the process has died of it
        if process in self._dead:
            return None
        ctx = self._contexts[process]
        token = _at.set(process)
        try:
            result = await work(ctx)
            while ctx.background.unfinished:
                await asyncio.wait(ctx.background.unfinished)
        except Died:
            return None
        finally:
            _at.reset(token)
        return result

    def _pass(self, point: points.Point) -> None:
        process = _at.get()
        if process in self._dead or self._armed == (process, point):
            self._armed = None
            self._dead.add(process)
            raise Died(point)

    async def _kill(self, process: int) -> None:
        self.deaths += 1
        ctx = self._contexts[process]
        for task in ctx.background.unfinished:
            task.cancel()
        await asyncio.gather(*ctx.background.unfinished, return_exceptions=True)
        for tab in self._tabs[process]:
            tab.close()
        await ctx.close()
        self._contexts[process] = self._start()
        self._tabs[process] = self._open_tabs(process)

    def _see(self, generation: Generation | None) -> None:
        if generation:
            self.seen[generation.id] = generation


def _end(generation: Generation) -> tuple[object, ...]:
    return generation.status, generation.failure, generation.result_url


def clock_of_this_process() -> timedelta:
    """By how much the clock of whoever runs now is off."""
    return CLOCKS[_at.get(0)]


def _token(owner: int) -> str:
    return f"a token of owner {owner}"


_END_LISTENER = """
SELECT pg_terminate_backend(pid) FROM (
    SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%%' ORDER BY backend_start OFFSET %s LIMIT 1
) listening
"""

_TIMES = {
    "generations": (
        "created_at",
        "updated_at",
        "finished_at",
        "stored_at",
        "deleted_at",
        "given_up_at",
        "cancel_requested_at",
        "polled_at",
        "next_poll_at",
    ),
    "generations_to_settle": ("due_at",),
    "submit_keys": ("created_at",),
}


def _shift(time: timedelta) -> str:
    by = f"interval '{time.total_seconds()} seconds'"
    without_triggers = "SET session_replication_role = replica;"
    return without_triggers + ";".join(
        f"UPDATE {table} SET {', '.join(f'{name} = {name} - {by}' for name in names)}"
        for table, names in _TIMES.items()
    )
