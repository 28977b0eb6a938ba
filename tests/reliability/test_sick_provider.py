"""Ten minutes of a provider that is ill in every way we know: people notice nothing but the wait.

`make sick-provider` takes the ten minutes; CI half a one.
"""

import asyncio
import re
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from core.limits import ProviderLimits
from tests.reliability.report import write_section
from tests.support.database import TestDatabase
from tests.support.emulator import Fault, FaultyEmulator
from tests.support.faults import NEVER_ENDING, NO_ANSWER, answering
from tests.support.gateway import copy_bytes
from tests.support.images import picture
from tests.support.servers import EaselProcess, free_port, serve_in_thread, served_settings

WAITING = 40
NEWCOMERS = 5
POLL_SECONDS = 1.0
WELL_SECONDS = 5.0
AT_ONCE_SECONDS = 0.5
SUBMIT = "/api/v1/generations/submit"

ILLNESSES: dict[str, Fault | str] = {
    **NEVER_ENDING,
    **NO_ANSWER,
    "429, retry after 5 s": answering(429, {"retry_after": 5}),
    "503, retry after 300 years": answering(503, {"retry_after": 10**10}),
    "429, retry after a number with 400 digits": answering(429, {"retry_after": 10**400}),
    "bytes that are no HTTP": "nonsense",
    "connection refused": "refused",
}


@dataclass
class SickProvider:
    """The emulator behind a door of its own, ill on demand; keeps when it was called."""

    emulator_port: int
    emulator: FaultyEmulator
    port: int = field(default_factory=free_port)
    calls: list[float] = field(default_factory=list)
    _babbles: bool = False
    _door: asyncio.Server | None = None
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)

    async def open(self) -> None:
        self._door = await asyncio.start_server(self._answer, "127.0.0.1", self.port)

    async def close(self) -> None:
        """Refuse connections, and drop those that there are."""
        assert self._door
        self._door.close()
        self._drop()
        await self._door.wait_closed()

    @asynccontextmanager
    async def ill(self, illness: Fault | str) -> AsyncIterator[None]:
        self._babbles = illness == "nonsense"
        self.emulator.fault = None if isinstance(illness, str) else illness
        if illness == "refused":
            await self.close()
        elif self._babbles:
            self._drop()
        yield
        if illness == "refused":
            await self.open()
        self._babbles, self.emulator.fault = False, None

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._babbles:
            self.calls.append(time.monotonic())
            writer.write(b"\x16\x03\x01\x00\xff nonsense \x00\r\n\r\n")
            writer.close()
            return
        back_reader, back_writer = await asyncio.open_connection("127.0.0.1", self.emulator_port)
        self._writers |= {writer, back_writer}
        await asyncio.gather(copy_bytes(reader, back_writer), copy_bytes(back_reader, writer))
        self._writers -= {writer, back_writer}

    def _drop(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def calls_between(self, start: float, end: float) -> int:
        return sum(start <= at < end for at in self.calls)

    def busiest_second(self, start: float, end: float) -> int:
        return max((self.calls_between(at, at + 1) for at in self.calls if start <= at < end), default=0)


@dataclass
class Seen:
    """What came back: how long each kind of request took, and how often each status came."""

    took: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)

    async def note(self, kind: str, request: Awaitable[httpx.Response]) -> httpx.Response:
        started = time.monotonic()
        answer = await request
        self.took.setdefault(kind, []).append(time.monotonic() - started)
        self.statuses[kind, answer.status_code] += 1
        return answer

    def percentile(self, kind: str, part: float) -> float:
        times = sorted(self.took[kind])
        return times[min(int(len(times) * part), len(times) - 1)]

    def slow(self, kind: str, seconds: float = AT_ONCE_SECONDS) -> int:
        return sum(took > seconds for took in self.took[kind])

    def summary(self, kind: str) -> str:
        p50, p99 = (self.percentile(kind, part) * 1000 for part in (0.5, 0.99))
        times = f"p50 {p50:.0f} ms, p99 {p99:.0f} ms, max {max(self.took[kind]) * 1000:.0f} ms"
        statuses = {status: n for (what, status), n in sorted(self.statuses.items()) if what == kind}
        return f"{len(self.took[kind])}: {times}; by status {statuses}"


@dataclass
class Visitor:
    """A signed-in person with a program that polls."""

    http: httpx.AsyncClient
    token: str
    generation_id: str = ""

    def get(self, path: str) -> Awaitable[httpx.Response]:
        return self.http.get(path, headers=self._headers)

    def post(self, path: str, **body: Any) -> Awaitable[httpx.Response]:
        return self.http.post(path, headers=self._headers, **body)

    @property
    def path(self) -> str:
        return f"/api/v1/generations/{self.generation_id}"

    @property
    def _headers(self) -> dict[str, str]:
        return {"Cookie": f"easel_session={self.token}"}

    def press(self) -> Awaitable[httpx.Response]:
        return self.post(SUBMIT, json={"prompt": f"for {self.token}"})

    async def poll(self, seen: Seen) -> None:
        """Read for ever, and press Generate now and then though one is running."""
        while True:
            for _ in range(10):
                await seen.note("reads", self.get(self.path))
                await asyncio.sleep(POLL_SECONDS)
            await seen.note("presses while one runs", self.press())

    async def try_to_start(self, seen: Seen) -> None:
        """Press until something runs, and then watch it."""
        while True:
            answer = await seen.note("first presses", self.press())
            if answer.status_code == 200:
                self.generation_id = answer.json()["data"]["id"]
                break
            await asyncio.sleep(10)
        await self.poll(seen)

    async def try_to_cancel(self, seen: Seen) -> None:
        while True:
            await seen.note("cancels", self.post(f"{self.path}/cancel"))
            await asyncio.sleep(20)

    async def state(self) -> dict[str, Any]:
        answer = await self.get(self.path)
        assert answer.status_code == 200, answer.text
        state: dict[str, Any] = answer.json()["data"]
        return state


async def probe(http: httpx.AsyncClient, seen: Seen) -> None:
    """Ask all the time whether the event loop still turns."""
    while True:
        await seen.note("health", http.get("/healthz"))
        await asyncio.sleep(0.1)


@asynccontextmanager
async def meanwhile(*work: Any) -> AsyncIterator[None]:
    """Run `work` in the background; whatever goes wrong in it goes wrong here."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        yield
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def sick_seconds(request: pytest.FixtureRequest) -> float:
    return float(request.config.getoption("--sick-seconds"))


@pytest.fixture
async def sick() -> AsyncIterator[SickProvider]:
    # A drawn picture takes its time, which is the tests' own.
    emulator, port = FaultyEmulator(drawing=picture(size=(640, 480))), free_port()
    sick = SickProvider(port, emulator)
    answers = emulator.app()

    async def counted(scope: Scope, receive: Receive, send: Send) -> None:
        """Its pictures are as ill as the rest of it."""
        is_call = scope["type"] == "http"
        if is_call and scope["path"].startswith("/v1/"):
            sick.calls.append(time.monotonic())
        answer = await emulator.fault(Request(scope, receive)) if is_call and emulator.fault else None
        await (answer or answers)(scope, receive, send)

    with serve_in_thread(counted, port=port):
        await sick.open()
        yield sick
        await sick.close()
        await asyncio.sleep(0.2)  # what was under way ends by itself


@pytest.fixture
def easel(migrated: TestDatabase, sick: SickProvider, tmp_path: Path) -> Iterator[EaselProcess]:
    with EaselProcess(
        tmp_path,
        **served_settings(migrated, f"http://127.0.0.1:{sick.port}", tmp_path / "data"),
        IN_FLIGHT_TTL_MINUTES="15",
    ) as process:
        yield process


@pytest.mark.timeout(0)
async def test_a_sick_provider_is_survived(
    sick_seconds: float,
    sick: SickProvider,
    easel: EaselProcess,
    database: TestDatabase,
    request: pytest.FixtureRequest,
) -> None:
    # Shorter than the server keeps one, or some are closed in the very moment of their use.
    limits = httpx.Limits(max_connections=200, keepalive_expiry=2)
    async with httpx.AsyncClient(base_url=easel.url, timeout=60, limits=limits) as http:
        *waiting, canceling = [visitor(database, http, f"waiting {n}") for n in range(WAITING + 1)]
        newcomers = [visitor(database, http, f"newcomer {n}") for n in range(NEWCOMERS)]
        well, ill, back = Seen(), Seen(), Seen()

        sick.emulator.seconds_to_draw = 1e9
        for person in (*waiting, canceling):
            person.generation_id = (await person.press()).json()["data"]["id"]
        started = time.monotonic()
        async with meanwhile(probe(http, well), *(person.poll(well) for person in waiting)):
            await asyncio.sleep(WELL_SECONDS)
        memory_before = memory_of(easel)

        fell_ill = time.monotonic()
        async with meanwhile(
            probe(http, ill),
            *(person.poll(ill) for person in waiting),
            *(person.try_to_start(ill) for person in newcomers),
            canceling.try_to_cancel(ill),
        ):
            for illness in ILLNESSES.values():
                async with sick.ill(illness):
                    await asyncio.sleep(sick_seconds / len(ILLNESSES))
            memory_ill = memory_of(easel)
        recovered = time.monotonic()

        sick.emulator.seconds_to_draw = 0.0
        async with meanwhile(probe(http, back)):
            finished_after = await all_finished(waiting, recovered)
            await all_ended([canceling, *(one for one in newcomers if one.generation_id)], database)
        for person in waiting:
            shown = await person.get((await person.state())["url"])
            assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")

    calls_well = sick.calls_between(started, fell_ill) / WELL_SECONDS * 60
    calls_ill = [sick.calls_between(a, b) for a, b in pairwise(minutes(fell_ill, recovered, sick_seconds))]
    figures: dict[str, object] = {
        "ways to be ill, in turn": f"{len(ILLNESSES)}, for {sick_seconds:.0f} s together",
        "people who waited": f"{WAITING}; all got their picture {finished_after:.0f} s after it was back",
        "people who first pressed meanwhile": NEWCOMERS,
        "reads, well": well.summary("reads"),
        "reads, ill": ill.summary("reads"),
        "reads, ill, that took more than 0.5 s": ill.slow("reads"),
        "`/healthz`, well": well.summary("health"),
        "`/healthz`, ill": ill.summary("health"),
        "`/healthz`, back": back.summary("health"),
        **{
            kind: ill.summary(kind)
            for kind in ("presses while one runs", "first presses", "cancels")
            if kind in ill.took
        },
        "calls to the provider a minute, well": f"{calls_well:.0f}",
        "calls to the provider, ill, minute by minute": ", ".join(map(str, calls_ill)),
        "most calls in a second once back": sick.busiest_second(recovered, recovered + 30),
        "memory of the process before, ill": f"{memory_before} MiB, {memory_ill} MiB",
        "lines of the log at level ERROR": errors_in(easel),
    }
    print("\n".join(f"{name}: {figure}" for name, figure in figures.items()))  # noqa: T201
    assert {status for kind, status in ill.statuses if kind in {"reads", "health"}} == {200}
    assert {status for kind, status in ill.statuses if kind == "presses while one runs"} <= {409}
    assert {status for kind, status in ill.statuses if kind == "first presses"} <= {200, 409, 502}
    assert {status for kind, status in ill.statuses if kind == "cancels"} <= {502}
    # What never asks the provider tells how slow the machine is by itself.
    busy = ill.percentile("presses while one runs", 0.99)
    # Everyone waits once, while nobody knows yet; after a pause one asks for all.
    slow = ill.slow("reads", AT_ONCE_SECONDS + 1.5 * busy)
    assert slow <= 2 * WAITING + sick_seconds / 4, "reads wait for the provider"
    slowest = max(ill.took["presses while one runs"])
    assert max(ill.took["reads"]) < ProviderLimits.fetch_seconds + AT_ONCE_SECONDS + 1.5 * slowest
    assert ill.percentile("health", 0.99) < AT_ONCE_SECONDS + 5 * max(well.took["health"])
    assert max(ill.took["health"]) < AT_ONCE_SECONDS + 2 * slowest, "the event loop was blocked"
    presses = len(ill.took.get("first presses", [])) + 10 * len(ill.took.get("cancels", []))
    assert sum(calls_ill) < 2 * WAITING + presses + sick_seconds / 2, "a sick provider is asked too much"
    assert sick.busiest_second(recovered, recovered + 30) <= 3 * WAITING
    assert memory_ill < memory_before + 40
    assert errors_in(easel) == 0
    if request.config.getoption("--reliability-report"):
        write_section("A sick provider", "make sick-provider", figures, NOTE)


READ_SECONDS = ProviderLimits.fetch_seconds
NOTE = f"""
{WAITING} people poll once a second by the API and press now and then, with a generation that runs when the
provider falls ill. A read asks the provider for {READ_SECONDS:.0f} s at the most. During a pause of
the breaker it does not ask at all and answers with what is known; after a pause one asks, and the others wait
for nothing. A press while one runs never asks the provider: its times are the machine's own.
"""


def visitor(database: TestDatabase, http: httpx.AsyncClient, name: str) -> Visitor:
    token = name.replace(" ", "-")
    database.sign_in(token)
    return Visitor(http, token)


async def all_finished(people: list[Visitor], since: float) -> float:
    """Read, as their programs do, until everyone's picture is in our own store; how long that took."""
    left = list(people)
    deadline = since + 120
    while left:
        assert time.monotonic() < deadline, [await person.state() for person in left]
        states = await asyncio.gather(*(person.state() for person in left))
        assert all(state["status"] != "failed" for state in states), states
        left = [person for person, state in zip(left, states, strict=True) if "/api/" not in str(state)]
        await asyncio.sleep(POLL_SECONDS)
    return time.monotonic() - since


async def all_ended(people: list[Visitor], database: TestDatabase) -> None:
    """Nobody stays locked: what was uncertain ends, once its time of grace is over."""
    database.run(
        "UPDATE generations SET created_at = now() - interval '100 seconds'"
        " WHERE status = 'processing' AND external_id IS NULL"
    )
    deadline = time.monotonic() + 60
    while "processing" in {(await person.state())["status"] for person in people}:
        assert time.monotonic() < deadline
        await asyncio.sleep(POLL_SECONDS)


def minutes(start: float, end: float, seconds: float) -> list[float]:
    whole = [start + 60 * n for n in range(int(seconds // 60) + 1)]
    return [*whole, end] if end - whole[-1] > 1 else whole


def memory_of(process: EaselProcess) -> int:
    """Its resident memory in MiB."""
    pid = str(process._process.pid)
    shown = subprocess.run(["ps", "-o", "rss=", "-p", pid], capture_output=True, check=True)
    return int(shown.stdout) // 1024


def errors_in(process: EaselProcess) -> int:
    return len(re.findall(r"^\S+ \S+ ERROR |^Traceback", process.log.read_text(), re.MULTILINE))
