"""Two Easel processes on one database: one is killed every 20 seconds, the other lives through it all."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tests.reliability.soak.people import pause
from tests.reliability.soak.windows import Windows
from tests.support.servers import EaselProcess, free_port

KILL_EVERY_SECONDS = 20.0


@dataclass
class Life:
    """The memory of a victim in MB, when it was ready and when it was killed."""

    started_mb: float
    ended_mb: float = 0.0


@dataclass
class Processes:
    """`away` is when the victim was dead or not ready yet."""

    folder: Path
    settings: dict[str, Any]
    survivor: EaselProcess
    victim: EaselProcess
    away: Windows = field(default_factory=Windows)
    lives: list[Life] = field(default_factory=list)
    survivor_mb: list[tuple[float, float]] = field(default_factory=list)
    """The survivor's memory: seconds since the start, and MB."""

    @property
    def urls(self) -> list[str]:
        return [self.survivor.url, self.victim.url]

    @property
    def logs(self) -> str:
        return "".join(log.read_text() for log in sorted(self.folder.glob("*/easel-*.log")))

    async def kill_again_and_again(self, is_over: asyncio.Event) -> None:
        began = time.monotonic()
        while True:
            next_kill = began + KILL_EVERY_SECONDS * len(self.lives)
            await pause(is_over, next_kill - time.monotonic())
            if is_over.is_set():
                return
            await self._replace_victim()

    async def note_memory(self, is_over: asyncio.Event) -> None:
        began = time.monotonic()
        while not is_over.is_set():
            self.survivor_mb.append((time.monotonic() - began, _memory_mb(self.survivor)))
            await pause(is_over, 1.0)

    async def _replace_victim(self) -> None:
        self.lives[-1].ended_mb = _memory_mb(self.victim)
        began = time.monotonic()
        self.victim.kill()
        folder = _new_folder(self.folder, f"victim-{len(self.lives)}")
        self.victim = EaselProcess(folder, port=self.victim.port, **self.settings)
        await asyncio.to_thread(self.victim.wait_until_ready)
        self.away.add(began, time.monotonic())
        self.lives.append(Life(_memory_mb(self.victim)))


@contextmanager
def two_processes(folder: Path, settings: dict[str, Any]) -> Iterator[Processes]:
    survivor = EaselProcess(_new_folder(folder, "survivor"), **settings)
    victim = EaselProcess(_new_folder(folder, "victim-0"), port=free_port(), **settings)
    processes = Processes(folder, settings, survivor, victim)
    try:
        survivor.wait_until_ready()
        victim.wait_until_ready()
        processes.lives.append(Life(_memory_mb(victim)))
        yield processes
    finally:
        processes.victim.stop()
        processes.survivor.stop()


def _new_folder(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    return folder / name


def _memory_mb(process: EaselProcess) -> float:
    rss: int = psutil.Process(process.pid).memory_info().rss
    return rss / 1_000_000
