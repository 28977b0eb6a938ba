"""With `--reliability-report` the figures of a run go to `docs/reliability.md`."""

from collections import Counter
from typing import get_args

import pytest
from _pytest.terminal import TerminalReporter

from core.points import Point
from tests.reliability.report import write_section


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    """The kill test's figures: it runs in several workers, and only this process sees all of it."""
    kept, broken = (_kills(terminalreporter, outcome) for outcome in ("passed", "failed"))
    if not config.getoption("--reliability-report") or not kept:
        return
    figures = {
        point: f"{kept[point]} kills, {broken[point]} times a promise was broken" for point in get_args(Point)
    }
    seconds = f"{terminalreporter._session_start.elapsed().seconds:.0f} s"
    write_section("Kill test", "make kill-test", figures | {"all": f"{kept.total()} kills in {seconds}"})


def _kills(reporter: TerminalReporter, outcome: str) -> Counter[str]:
    names = (report.nodeid for report in reporter.getreports(outcome) if report.when == "call")
    return Counter(point for name in names for point in get_args(Point) if name.endswith(f"-{point}]"))
