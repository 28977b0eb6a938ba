"""Servers on real sockets: ASGI applications in a thread, and Easel as a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from starlette.types import ASGIApp

from tests.support.database import TestDatabase
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
START_SECONDS = 90.0


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def serve_in_thread(app: ASGIApp, *, port: int | None = None) -> Iterator[str]:
    """Serve `app` on loopback while the block runs; yields its address."""
    port = port or free_port()
    config = uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started, START_SECONDS)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(timeout=10)


def served_settings(database: TestDatabase, provider_url: str, data_dir: Path) -> dict[str, Any]:
    """For processes that share a database, a provider, a folder of pictures and a secret; without limits.

    A database that is not emptied before knows the folder of other processes, and refuses these.
    """
    return {
        "DATABASE_URL": database.serving_url,
        "MIGRATION_DATABASE_URL": database.owning_url,
        "DATA_DIR": str(data_dir),
        "STORAGE_SECRET": "a secret for tests, 32 characters or more",
        "REPLICATE_API_TOKEN": "r8_test_token",
        "REPLICATE_BASE_URL": provider_url,
        "READS_PER_SECOND": "0",
        "CHANGES_PER_SECOND": "0",
        "SIGN_INS_PER_SECOND": "0",
    }


class EaselProcess:
    """`main.py` as a process, with exactly the given settings; its log is in `log`."""

    def __init__(
        self,
        tmp_path: Path,
        *,
        port: int | None = None,
        python: str | Path = sys.executable,
        script: Sequence[str | Path] = (ROOT / "main.py",),
        **variables: str,
    ) -> None:
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = tmp_path / f"easel-{self.port}.log"
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                [python, *script],
                cwd=tmp_path,  # so that no .env of the checkout is read
                env=clean_environment(PORT=str(self.port), **variables),
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait_until_ready(self) -> "EaselProcess":
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert self._process.poll() is None, self.log.read_text()
            try:
                if httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200:
                    return self
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise AssertionError(f"not ready: {self.log.read_text()}")

    @property
    def pid(self) -> int:
        return self._process.pid

    def tell(self, sent: signal.Signals = signal.SIGTERM) -> None:
        """Send it, without waiting for what comes of it."""
        self._process.send_signal(sent)

    def wait(self, timeout: float = START_SECONDS) -> int:
        """The exit status, once it has ended by itself."""
        return self._process.wait(timeout)

    def kill(self) -> None:
        """SIGKILL: no clean-up of any kind."""
        self._process.kill()
        self._process.wait()

    def stop(self, timeout: float = 15.0, *, sent: signal.Signals = signal.SIGTERM) -> int:
        """SIGTERM, as a service manager does, or another signal; the exit status."""
        if self._process.poll() is None:
            self._process.send_signal(sent)
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            raise

    def __enter__(self) -> "EaselProcess":
        return self.wait_until_ready()

    def __exit__(self, *_: object) -> None:
        self.stop()


@contextmanager
def served_easel_on(database: TestDatabase, provider_url: str, folder: Path) -> Iterator[EaselProcess]:
    """Easel on the tests' database, for one package: its loop would do what later tests wait for."""
    database.empty()
    with EaselProcess(folder, **served_settings(database, provider_url, folder / "data")) as process:
        yield process


def clean_environment(**variables: str) -> dict[str, str]:
    """This environment without anything that is a setting of Easel, plus `variables`."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR", "COVERAGE_PROCESS_START", "SSL_CERT_FILE")
    inherited = {name: os.environ[name] for name in kept if name in os.environ}
    return inherited | variables
