"""The PostgreSQL servers that run on a data folder."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from core.database.embedded import EmbeddedDatabase
from tests.support.waiting import wait_until


@contextmanager
def running(data_dir: Path) -> Iterator[EmbeddedDatabase]:
    """The server of that folder, stopped after the block, however that ends."""
    embedded = EmbeddedDatabase(data_dir)
    try:
        yield embedded
    finally:
        embedded.stop()


def servers_of(data_dir: Path) -> list[psutil.Process]:
    """The servers of that folder that are alive: a dead one that nobody has buried does not count."""
    folder = str(data_dir.resolve() / "postgres")
    found: dict[int, psutil.Process] = {}
    parents: dict[int, int] = {}
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if "postgres" in process.name() and folder in process.cmdline():
                parents[process.pid] = process.ppid()
                found[process.pid] = process
    # A child has the command line of its server until it gives itself a title of its own.
    return [process for pid, process in found.items() if parents[pid] not in found]


def kill_server(data_dir: Path) -> psutil.Process:
    """SIGKILL, as when memory runs out; returns when its processes are gone."""
    [server] = servers_of(data_dir)
    children = server.children()
    server.send_signal(signal.SIGKILL)
    wait_until(lambda: not any(_is_alive(process) for process in [server, *children]))
    return server


def _is_alive(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    return False
