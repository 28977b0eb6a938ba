"""Load by wrk, and two addresses under load in turn."""

import asyncio
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from bench.effort import CouldNotMeasure, Effort

CONNECTIONS = 16
_MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


class LoadFailed(CouldNotMeasure):
    """wrk is missing, or what it asked did not answer as it should."""


@dataclass(frozen=True)
class Target:
    """An address under load, with the headers of each request."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Load:
    """What came of a load: requests a second, and milliseconds by percentile."""

    per_second: float
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True)
class Pair:
    """Two targets under load in turn; each figure is a median over the rounds."""

    subject: Load
    twin: Load
    ratio: float
    p99_ratio: float

    @property
    def p50(self) -> str:
        return f"{self.subject.p50_ms:.3g} / {self.twin.p50_ms:.3g}"

    @property
    def p99(self) -> str:
        return f"{self.subject.p99_ms:.3g} / {self.twin.p99_ms:.3g}"

    @property
    def rates(self) -> str:
        return f"{self.subject.per_second:.0f} / {self.twin.per_second:.0f} a second"


async def load_in_turn(
    subject: Target, twin: Target, effort: Effort, *, connections: int = CONNECTIONS
) -> Pair:
    """Both after a warm-up, then the one and the other in rounds: a busy moment hits both."""
    for target in (subject, twin):
        await load(target, seconds=effort.warm_up_seconds, connections=connections)
    return compare(
        [
            [
                await load(target, seconds=effort.seconds, connections=connections)
                for target in (subject, twin)
            ]
            for _ in range(effort.rounds)
        ]
    )


def compare(rounds: Sequence[Sequence[Load]]) -> Pair:
    """Of each round the subject's load and the twin's."""
    return Pair(
        middle([ours for ours, _ in rounds]),
        middle([theirs for _, theirs in rounds]),
        median(ours.per_second / theirs.per_second for ours, theirs in rounds),
        median(ours.p99_ms / theirs.p99_ms for ours, theirs in rounds),
    )


async def load(target: Target, *, seconds: int, connections: int = CONNECTIONS) -> Load:
    """As many requests as are answered in that time. Raises `LoadFailed`."""
    command = [wrk(), "--latency", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s"]
    for name, value in target.headers.items():
        command += ["-H", f"{name}: {value}"]
    process = await asyncio.create_subprocess_exec(
        *command, target.url, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    return parse(output.decode())


def wrk() -> str:
    """The path of wrk. Raises `LoadFailed` with what to do."""
    found = shutil.which("wrk")
    if found is None:
        raise LoadFailed(
            "The benchmark needs wrk, which makes the load: apt-get install wrk, or brew install wrk."
        )
    return found


def parse(output: str) -> Load:
    """What wrk printed. Raises `LoadFailed` when an answer was an error, or none came."""
    for trouble in ("Non-2xx or 3xx responses", "Socket errors", "unable to"):
        if trouble in output:
            raise LoadFailed(f"wrk did not get the answers that it asked for: {' '.join(output.split())}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    times = dict(re.findall(r"^\s+(50|99)%\s+(\S+)\s*$", output, re.MULTILINE))
    if rate is None or not times.keys() >= {"50", "99"}:
        raise LoadFailed(f"wrk said something unexpected: {output}")
    return Load(float(rate[1]), _milliseconds(times["50"]), _milliseconds(times["99"]))


def middle(loads: Sequence[Load]) -> Load:
    """Each figure's median."""
    return Load(
        median(each.per_second for each in loads),
        median(each.p50_ms for each in loads),
        median(each.p99_ms for each in loads),
    )


def _milliseconds(time: str) -> float:
    number = time.rstrip("hmsu")
    return float(number) * _MILLISECONDS[time.removeprefix(number)]
