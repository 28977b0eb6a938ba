"""Clients that are idle, slow, endless or do not read: bounded memory, and others go on unaffected.

One process, every kind of client against it, and somebody else who reads meanwhile. `make limits`.
"""

import random
import resource
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Self

import httpx
import psutil
import pytest

from core.limits import ConnectionLimits
from tests.reliability.report import write_section
from tests.reliability.test_shutdown import POLLING, TOKEN, open_polling
from tests.support.database import TestDatabase
from tests.support.provider import EmulatedProvider
from tests.support.raw_http import all_of, connect, request
from tests.support.servers import EaselProcess, served_settings
from tests.support.waiting import wait_until

IDLE_CONNECTIONS = 10_000
GIGABYTE = 1_000_000_000
SUBMIT = "/api/v1/generations/submit"
MEGABYTE = 1_000_000
IDLE_GROWTH_MB = 200
GROWTH_MB = 30
OTHERS_P99_SECONDS = 1.0
figures: dict[str, str] = {}


@dataclass
class Watch:
    """Somebody else's requests, and the process's memory, while the block runs."""

    name: str
    easel: EaselProcess
    growth_mb: int = GROWTH_MB
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._process = psutil.Process(self.easel.pid)
        self._is_over = threading.Event()
        self.before = self.peak = self._memory()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._is_over.set()
        self._thread.join()
        if kind is None:
            self._judge()

    def _read(self) -> None:
        paths = ("/healthz", "/api/v1/generations")
        with httpx.Client(base_url=self.easel.url, cookies={"easel_session": TOKEN}, timeout=10) as http:
            for number in count():
                started = time.perf_counter()
                try:
                    status = http.get(paths[number % 2]).status_code
                    self.wrong += [str(status)] if status != 200 else []
                except httpx.TransportError as error:
                    self.wrong.append(repr(error))
                self.seconds.append(time.perf_counter() - started)
                self.peak = max(self.peak, self._memory())
                if self._is_over.wait(0.02) and len(self.seconds) > 100:
                    return

    def _memory(self) -> int:
        return int(self._process.memory_info().rss)

    def _judge(self) -> None:
        after = self._memory()
        p99 = sorted(self.seconds)[int(len(self.seconds) * 0.99)]
        before, peak, now = (round(size / MEGABYTE) for size in (self.before, self.peak, after))
        figures[self.name] = (
            f"{before} MB before, {peak} at most, {now} after; "
            f"p99 of {len(self.seconds)} reads by others {p99 * 1000:.0f} ms, {len(self.wrong)} errors"
        )
        assert self.wrong == []
        assert self.peak - self.before < self.growth_mb * MEGABYTE, figures[self.name]
        assert p99 < OTHERS_P99_SECONDS, figures[self.name]


@pytest.fixture(scope="module", autouse=True)
def report(request: pytest.FixtureRequest) -> Iterator[None]:
    yield
    if request.config.getoption("--reliability-report") and figures:
        write_section("Limits", "make limits", figures, "Memory is the process's resident set.")


@pytest.fixture(scope="module")
def easel(
    migrated: TestDatabase, served_provider: EmulatedProvider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EaselProcess]:
    """One process for all; started with the usual soft limit of 1,024 files, which it has to raise."""
    folder = tmp_path_factory.mktemp("easel")
    migrated.empty()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))
    process = EaselProcess(folder, **served_settings(migrated, served_provider.url, folder / "data"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with process:
        yield process
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert "Traceback" not in process.log.read_text()


@pytest.fixture(autouse=True)
def signed_in(database: TestDatabase, provider: EmulatedProvider) -> None:
    database.sign_in(TOKEN)


def test_ten_thousand_idle_connections(easel: EaselProcess) -> None:
    with Watch("10,000 idle connections", easel, IDLE_GROWTH_MB):
        idle = [connect(easel.url, source=f"127.0.0.{2 + number % 4}") for number in range(IDLE_CONNECTIONS)]
        wait_until(lambda: files_of(easel) >= IDLE_CONNECTIONS)
        wait_until(lambda: files_of(easel) < 200, ConnectionLimits.head_seconds + 10)
        close(idle)


def test_heads_that_drip(easel: EaselProcess) -> None:
    with Watch("500 heads that drip", easel):
        dripping = [connect(easel.url, b"GET /healthz HTTP/1.1\r\nX: ") for _ in range(500)]
        drip(dripping, b"a", ConnectionLimits.head_seconds + 2)
        assert [each for each in dripping if not is_ended(each)] == []
        close(dripping)


def test_bodies_that_drip(easel: EaselProcess) -> None:
    with Watch("500 bodies that drip, of 60 kB", easel):
        start = request(SUBMIT, "Content-Length: 60000", method="POST") + b"x" * 1000
        dripping = [connect(easel.url, start) for _ in range(500)]
        drip(dripping, b"x", 17.0)
        assert {status_of(each) for each in dripping} == {408}
        close(dripping)


@pytest.mark.asvs("15.2.2")
def test_bodies_of_a_gigabyte(easel: EaselProcess) -> None:
    polling = POLLING + "&sid=x"
    announced = f"Content-Length: {GIGABYTE}"
    chunked = "Transfer-Encoding: chunked"
    chunk = b"10000\r\n" + b"x" * 65536 + b"\r\n"
    with Watch("bodies of 1 GB: announced, in parts, to the API, pages and polling", easel):
        for path in (SUBMIT, "/auth/demo", "/dashboard/generate", "/login", polling):
            for head, part in ((announced, b"x" * 65536), (chunked, chunk)):
                with connect(easel.url, request(path, head, method="POST")) as connection:
                    assert send_all(connection, part, GIGABYTE) < 20 * MEGABYTE, path
            expecting = request(path, announced, "Expect: 100-continue", method="POST")
            with connect(easel.url, expecting) as connection:
                assert connection.recv(65536).startswith(b"HTTP/1.1 413 "), path
        # Nobody reads the body of a GET: it is passed over, for as long as a head may take.
        with connect(easel.url, request("/healthz", announced)) as connection:
            send_all(connection, b"x" * 65536, GIGABYTE)


def test_bodies_that_are_as_long_as_they_may_be(easel: EaselProcess) -> None:
    """Many at once are told to come again, before their sum is too much."""
    with Watch("300 polling bodies of 0.9 MB held back at once", easel, 150):
        start = request(POLLING + "&sid=x", "Content-Length: 900000", method="POST")
        holding = [connect(easel.url, start) for _ in range(300)]
        for each in holding:
            send_all(each, b"x" * 65536, 850_000)
        time.sleep(2)
        assert 100 < sum(status_of(each) == 503 for each in holding if is_ended(each)) <= 300
        close(holding)


@pytest.mark.asvs("15.2.2")
def test_heads_without_end(easel: EaselProcess) -> None:
    trailers = request(SUBMIT, "Transfer-Encoding: chunked", method="POST") + b"0\r\n"
    starts = [
        (b"GET /", b"a" * 10_000),
        (b"GET / HTTP/1.1\r\nX: ", b"a" * 10_000),
        (b"GET / HTTP/1.1\r\n", b"X: " + b"a" * 10_000 + b"\r\n"),
        (trailers, b"X: " + b"a" * 10_000 + b"\r\n"),
    ]
    with Watch("heads without end: address, header, headers, trailers", easel):
        for start, part in starts * 5:
            with connect(easel.url, start) as connection:
                assert send_all(connection, part, GIGABYTE) < 20 * MEGABYTE


@pytest.mark.asvs("15.2.2")
def test_requests_without_end(easel: EaselProcess) -> None:
    with Watch("20 clients that send requests and read no answer", easel):
        for _ in range(20):
            with connect(easel.url, receive_buffer=4096) as connection:
                connection.settimeout(1)
                assert send_all(connection, request("/healthz") * 500, GIGABYTE) < 20 * MEGABYTE


def test_messages_without_end(easel: EaselProcess) -> None:
    upgrade = request(
        POLLING.replace("polling", "websocket"),
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    )
    zero_mask = b"\0\0\0\0"
    half = (500_000).to_bytes(8, "big") + zero_mask + b"4" * 500_000
    with Watch("web socket messages of 1 GB, in one frame and in many", easel):
        for start, part in (
            (b"\x81\xff" + GIGABYTE.to_bytes(8, "big") + zero_mask, b"4" * 65536),
            (b"\x01\xff" + half, b"\x00\xff" + half),
        ):
            with connect(easel.url, upgrade) as connection:
                assert connection.recv(65536).startswith(b"HTTP/1.1 101 ")
                assert send_all(connection, start, len(start)) == len(start)
                assert send_all(connection, part, GIGABYTE) < 20 * MEGABYTE


def test_prompts_of_any_bytes(easel: EaselProcess) -> None:
    """Nearly all are refused as no JSON or as no prompt; none is an error of ours."""
    chance = random.Random(4)  # noqa: S311
    statuses: Counter[int] = Counter()
    with (
        Watch("1,000 prompts of any bytes", easel),
        httpx.Client(base_url=easel.url, cookies={"easel_session": TOKEN}, timeout=10) as http,
    ):
        for number in range(1_000):
            noise = chance.randbytes(chance.choice((1, 10, 300, 4_000, 60_000)))
            body = noise if number % 2 else b'{"prompt": "' + noise + b'\\ud800"}'
            answer = http.post(SUBMIT, content=body, headers={"Content-Type": "application/json"})
            statuses[answer.status_code] += 1
    assert statuses.keys() <= {400, 200, 409}
    assert statuses[400] > 900


def test_readers_who_do_not_read(easel: EaselProcess, database: TestDatabase) -> None:
    with httpx.Client(base_url=easel.url, cookies={"easel_session": TOKEN}, timeout=10) as http:
        generation_id = http.post(SUBMIT, json={"prompt": "a red kite"}).json()["data"]["id"]
        path = f"/api/v1/generations/{generation_id}"
        database.make_due()
        wait_until(lambda: "/image" in http.get(path).json()["data"].get("url", ""))
        assert http.get(f"{path}/image").status_code == 200
    grow_pictures(easel)
    with Watch("300 downloads of 20 MB by clients who do not read", easel, 100):
        get = request(f"{path}/image", f"Cookie: easel_session={TOKEN}", "Connection: close")
        deaf = [connect(easel.url, get, receive_buffer=4096) for _ in range(300)]
        wait_until(lambda: files_of(easel) >= 300)
        time.sleep(2)
        assert [each for each in deaf if is_reset(each)] == []
        wait_until(lambda: files_of(easel) < 200, 45)
        close(deaf)


def grow_pictures(easel: EaselProcess) -> None:
    """What matters is how much there is to send."""
    for picture in (easel.log.parent / "data" / "pictures").rglob("*"):
        if picture.is_file():
            with picture.open("ab") as file:
                file.write(b"\0" * 20 * MEGABYTE)


def test_a_page_that_polls_and_is_left(easel: EaselProcess) -> None:
    with Watch("200 pages that poll", easel):
        polling = [connect(easel.url, open_polling(easel.url)) for _ in range(200)]
        time.sleep(1)
        close(polling)
        wait_until(lambda: files_of(easel) < 200)


def files_of(easel: EaselProcess) -> int:
    return int(psutil.Process(easel.pid).num_fds())


def send_all(connection: socket.socket, part: bytes, size: int) -> int:
    """Send `part` again and again up to `size` bytes; how many were taken before the connection ended."""
    sent = 0
    try:
        while sent < size:
            sent += connection.send(part[: size - sent])
    except OSError:
        pass
    return sent


def drip(connections: list[socket.socket], byte: bytes, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for each in connections:
            send_all(each, byte, 1)
        time.sleep(0.5)


def is_ended(connection: socket.socket) -> bool:
    connection.settimeout(0.05)
    try:
        return len(connection.recv(1, socket.MSG_PEEK)) == 0 or connection.fileno() >= 0
    except TimeoutError:
        return False
    except OSError:
        return True


def is_reset(connection: socket.socket) -> bool:
    return connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0


def status_of(connection: socket.socket) -> int:
    """The status of the answer that has come; 408 for one that a reset has destroyed."""
    connection.settimeout(1)
    return int((all_of(connection) or b"HTTP/1.1 408 ").split(b" ")[1])


def close(connections: list[socket.socket]) -> None:
    for each in connections:
        each.close()
