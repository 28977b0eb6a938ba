"""A stranger who asks for whatever is public, 200 times a second: memory stays bounded, others hardly notice.

One process with the limits that it has by itself. Others read meanwhile, and just as long without the
stranger: quiet and loud phases take turns, so that both meet the same machine. `make denial`.
"""

import asyncio
import multiprocessing
import os
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from multiprocessing.queues import SimpleQueue
from multiprocessing.synchronize import Event
from uuid import uuid4

import httpx
import psutil
import pytest

from tests.reliability.report import write_section
from tests.sign_in.identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    IdentityProvider,
)
from tests.support.database import TestDatabase
from tests.support.provider import EmulatedProvider
from tests.support.raw_http import request
from tests.support.servers import EaselProcess, served_settings

STRANGER = "127.0.0.9"
A_SECOND = 200
AT_ONCE = 400
ANSWER_SECONDS = 10.0
OTHERS = 8
PAUSE_SECONDS = 0.2
PHASES = 3
GROWTH_MB = 60
MEGABYTE = 1_000_000
TIMES = 3
# Below it nobody notices, whatever the ratio is: a p99 of a few milliseconds is made by the machine.
UNNOTICED_SECONDS = 0.05
SOCKET = "/_nicegui_ws/socket.io/?EIO=4"
HANDSHAKE = (
    *("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"),
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)
EXPECTED = {"101", "200", "302", "303", "401", "404", "429"}
LIMITS = ("READS_PER_SECOND", "CHANGES_PER_SECOND", "SIGN_INS_PER_SECOND")


@dataclass
class Phase:
    """How long each read of the others took, and what did not come as it should."""

    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def p99(self) -> float:
        return sorted(self.seconds)[int(len(self.seconds) * 0.99)]


@dataclass
class Stranger:
    """Asks from one address, on a connection for each request, which is what costs most.

    In a process of its own: in this one it would take the time of the others who are measured.
    """

    url: str
    asset: str
    answers: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def asking(self) -> Iterator[None]:
        spawning = multiprocessing.get_context("spawn")
        begun, over, answers = spawning.Event(), spawning.Event(), spawning.SimpleQueue()
        process = spawning.Process(target=ask, args=(self.url, self.asset, begun, over, answers))
        process.start()
        assert begun.wait(60)
        try:
            yield
        finally:
            over.set()
            self.answers += answers.get()
            process.join()


def ask(url: str, asset: str, begun: Event, over: Event, answers: "SimpleQueue[Counter[str]]") -> None:
    """Ask until it is `over`.

    With the lowest priority: a stranger's computer is another one, and takes nothing of what serves others.
    """
    os.nice(19)
    found: Counter[str] = Counter()
    begun.set()
    asyncio.run(_ask(url, asset, over, found))
    answers.put(found)


async def _ask(url: str, asset: str, over: Event, answers: Counter[str]) -> None:
    async with asyncio.TaskGroup() as group:
        room, began = asyncio.Semaphore(AT_ONCE), time.monotonic()
        for number, (name, sent) in enumerate(public_requests(asset)):
            if over.is_set():
                return
            await asyncio.sleep(max(0.0, began + number / A_SECOND - time.monotonic()))
            await room.acquire()
            task = group.create_task(_ask_once(url, name, sent, answers))
            task.add_done_callback(lambda _: room.release())


async def _ask_once(url: str, name: str, sent: bytes, answers: Counter[str]) -> None:
    address = httpx.URL(url)
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(
                address.host, address.port, local_addr=(STRANGER, 0)
            )
            writer.write(sent)
            status = (await reader.readline())[9:12].decode()
            if status != "101":
                await reader.read()
            writer.close()
    except (OSError, TimeoutError) as error:
        status = type(error).__name__
    answers[f"{name}: {status}"] += 1


def public_requests(asset: str) -> Iterator[tuple[str, bytes]]:
    """Without an end, one kind after the other; no two of an address that is made up are the same."""
    for kind in cycle(range(9)):
        made_up = uuid4().hex
        path, *headers = {
            0: ("/login",),
            1: (f"/login?next=/{made_up}&error=SIGN_IN_FAILED",),
            2: ("/auth/login/oidc",),
            3: (f"/auth/callback/oidc?code={made_up}&state={made_up}", f"Cookie: easel_sign_in={made_up}"),
            4: (asset,),
            5: (f"{SOCKET}&transport=polling",),
            6: (f"{SOCKET}&transport=websocket&client_id={made_up}", *HANDSHAKE),
            7: (f"/{made_up}",),
            8: ("/api/v1/generations", f"Cookie: easel_session={made_up}"),
        }[kind]
        closing = () if kind == 6 else ("Connection: close",)
        yield path.partition("?")[0].replace(made_up, "..."), request(path, *headers, *closing)


@pytest.fixture
def easel(
    database: TestDatabase,
    provider: EmulatedProvider,
    served_identity: IdentityProvider,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[EaselProcess]:
    folder = tmp_path_factory.mktemp("denial")
    settings = served_settings(database, provider.url, folder / "data")
    settings |= {"OIDC_ISSUER": served_identity.url, "OIDC_CLIENT_ID": CLIENT_ID}
    settings |= {"OIDC_CLIENT_SECRET": CLIENT_SECRET}
    with EaselProcess(folder, **{name: settings[name] for name in settings if name not in LIMITS}) as process:
        yield process
    assert "Traceback" not in process.log.read_text()


@pytest.mark.asvs("2.4.1", "15.2.2")
def test_a_stranger_who_asks_for_all_that_is_public(
    easel: EaselProcess, database: TestDatabase, pytestconfig: pytest.Config
) -> None:
    seconds = pytestconfig.getoption("--denial-seconds") / PHASES
    tokens = [uuid4().hex for _ in range(OTHERS)]
    for token in tokens:
        database.sign_in(token)
    quiet, loud, stranger = Phase(), Phase(), Stranger(easel.url, asset_of(easel))
    read_for(easel, tokens, Phase(), seconds=2)  # so that all is loaded
    memory = [memory_of(easel)]
    for _ in range(PHASES):
        read_for(easel, tokens, quiet, seconds)
        with stranger.asking():
            read_for(easel, tokens, loud, seconds)
            memory.append(memory_of(easel))
    figures = {
        "requests of a stranger": f"{stranger.answers.total()} in {PHASES * seconds:.0f} s",
        "reads by others, without them": f"{len(quiet.seconds)}, p99 {quiet.p99 * 1000:.0f} ms",
        "reads by others, with them": f"{len(loud.seconds)}, p99 {loud.p99 * 1000:.0f} ms",
        "memory": " MB, ".join(str(round(each / MEGABYTE)) for each in memory) + " MB",
    }
    if pytestconfig.getoption("--reliability-report"):
        note = "The memory is the resident set, before and at the end of each of the stranger's phases."
        write_section("Denial", "make denial", figures, note)
    told = f"{figures} {dict(stranger.answers)}"
    assert quiet.wrong + loud.wrong == [], told
    assert stranger.answers.total() > 0.8 * A_SECOND * PHASES * seconds, told
    assert {each[-3:] for each in stranger.answers} <= EXPECTED, told
    for counted in ("/login", "/auth/login/oidc", "/auth/callback/oidc", "/..."):
        assert stranger.answers[f"{counted}: 429"] > 0, told
    assert max(memory) - memory[0] < GROWTH_MB * MEGABYTE, told
    assert loud.p99 < max(TIMES * quiet.p99, UNNOTICED_SECONDS), told


def read_for(easel: EaselProcess, tokens: list[str], phase: Phase, seconds: float) -> None:
    """Each of the others reads, with pauses, so that nobody passes a limit of their own."""
    over = time.monotonic() + seconds
    threads = [threading.Thread(target=read, args=(easel, each, phase, over)) for each in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def read(easel: EaselProcess, token: str, phase: Phase, over: float) -> None:
    paths = cycle(("/api/v1/generations", "/api/v1/me"))
    with httpx.Client(base_url=easel.url, cookies={"easel_session": token}, timeout=ANSWER_SECONDS) as http:
        while time.monotonic() < over:
            began = time.perf_counter()
            try:
                status = http.get(next(paths)).status_code
                phase.wrong += [str(status)] if status != 200 else []
            except httpx.TransportError as error:
                phase.wrong.append(repr(error))
            phase.seconds.append(time.perf_counter() - began)
            time.sleep(PAUSE_SECONDS)


def asset_of(easel: EaselProcess) -> str:
    """The address of a file that pages load."""
    found = re.search(r'/assets/[^"]+\.css', httpx.get(f"{easel.url}/login").text)
    assert found
    return found[0]


def memory_of(easel: EaselProcess) -> int:
    return int(psutil.Process(easel.pid).memory_info().rss)
