"""The command: `python -m bench` measures everything, `--quick` the ratios, `--only NAME` one part."""

import argparse
import asyncio
import logging
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import httpx

from bench import curve, memory, pictures, ratios, report, size, statements
from bench.effort import FULL, QUICK, CouldNotMeasure, Effort
from bench.figures import Figure, Point
from bench.load import LoadFailed, wrk
from bench.machine import describe
from bench.rig import Rig, rig

Measurement = Callable[[Rig, Effort], Awaitable[Sequence[Figure | Point]]]
PARTS: dict[str, Measurement] = {
    "ratios": ratios.measure,
    "memory": memory.measure,
    "statements": statements.measure,
    "calls": pictures.measure_calls,
    "seen": pictures.measure_seen,
    "rows": size.measure,
    "processes": curve.measure_processes,
    "tabs": curve.measure_tabs,
}
QUICK_PARTS = ("ratios", "memory")


def main() -> int:
    """The exit status: 1 when a ratio of the short run is below half of its goal, or broke; 2 without wrk."""
    asked = _arguments()
    try:
        wrk()
    except LoadFailed as error:
        sys.stderr.write(f"{error}\n")
        return 2
    # When a server in a thread is told to end, it logs the stack of its end.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    names = asked.only or (QUICK_PARTS if asked.quick else PARTS)
    measured, machine = asyncio.run(_measure(names, QUICK if asked.quick else FULL))
    print(f"{machine}\n\n{report.table_of(measured)}\n\n{report.curve_of(measured)}")
    if not asked.quick and not asked.only:
        report.write(measured, machine)
    far_off = [each for each in measured if isinstance(each, Figure) and each.is_far_off]
    for each in far_off:
        sys.stderr.write(f"bench: not half of its goal: {each.what}\n")
    return 1 if asked.quick and far_off else 0


async def _measure(names: Iterable[str], effort: Effort) -> tuple[list[Figure | Point], str]:
    """Each part has a database of its own, so that none finds the rows of another."""
    this = asyncio.current_task()
    assert this
    # By default it would end this process alone: Easel and the databases would go on.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    measured: list[Figure | Point] = []
    machine = ""
    for name in names:
        started = time.monotonic()
        with rig() as fresh:
            machine = machine or describe(fresh.database)
            try:
                found = list(await PARTS[name](fresh, effort))
            except (CouldNotMeasure, httpx.HTTPError, AssertionError) as error:
                found = [Figure(f"`{name}`", None, None, note=f"broke: {error!r}", is_gate=True)]
        measured += found
        _tell(name, found, time.monotonic() - started)
    return measured, machine


def _tell(name: str, measured: Sequence[Figure | Point], seconds: float) -> None:
    """What there is by now: a long run that is broken off has not been for nothing."""
    sys.stderr.write(f"bench: {name} took {seconds:.0f} s\n")
    sys.stderr.writelines(f"  {' | '.join(filter(None, each.as_cells()))}\n" for each in measured)


def _arguments() -> Any:
    parser = argparse.ArgumentParser(prog="python -m bench", description=sys.modules[__name__].__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="short runs of the ratios; fails far below a goal"
    )
    parser.add_argument("--only", nargs="+", choices=list(PARTS), help="these parts; writes no report")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
