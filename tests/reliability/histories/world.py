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
from core.repositories import reads
from core.repositories.reads import Shown
from core.services.upkeep import Upkeep
from core.settings import Settings
from tests.support.database import TestDatabase, plain
from tests.support.provider_with_files import ProviderWithFiles

OWNERS = 2
PROCESSES = 2
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
        await self._run(process, lambda ctx: self._look(ctx, owner_id))
        for one in (
            await self._run(process, lambda ctx: services.list_generations(ctx, owner_id=owner_id, limit=100))
            or []
        ):
            self._see(one)

    @staticmethod
    async def _look(ctx: Context, owner_id: UUID) -> Shown:
        return await reads.read_shown(
            ctx.database.statements, owner_id=owner_id, token_hashes=[], shown=[], quality="medium"
        )

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

    def let_pass(self, time: timedelta) -> None:
        """Move all that is written down into the past, here and at the provider."""
        self.passed += time
        self._rows = None
        self._sql.execute(_shift(time).encode())
        self.provider.age(time.total_seconds() / 60)

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
        return create_context(self._settings, self.database.serving_url, _LIMITS)

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
        await ctx.close()
        self._contexts[process] = self._start()

    def _see(self, generation: Generation | None) -> None:
        if generation:
            self.seen[generation.id] = generation


def _end(generation: Generation) -> tuple[object, ...]:
    return generation.status, generation.failure, generation.result_url


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
