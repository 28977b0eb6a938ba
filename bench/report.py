"""`docs/performance.md`: the figures of the last full run, above words that are written by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.figures import FIGURE_HEAD, POINT_HEAD, Figure, Point, as_markdown

REPORT = Path(__file__).parents[1] / "docs" / "performance.md"
WORDS = "## What a process can carry"
_HEAD = """# Performance

Written by `make bench`, {date}: {machine}. The words from "What a process can carry" on are written by hand,
and kept.

Each ratio is a median of rounds in which Easel and its twin were under load in turn, by wrk with 16
connections; percentiles are Easel's / the twin's. Times depend on the machine, counts and ratios hardly.

## The table

{table}

## The curve

Reads of a finished generation, 16 connections on one core of wrk, beside what the row names.

{curve}

"""


def write(measured: Sequence[Figure | Point], machine: str, report: Path = REPORT) -> None:
    """Put these figures in the place of the last run's."""
    kept = report.read_text().partition(WORDS)[2] if report.exists() else "\n"
    head = _HEAD.format(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        machine=machine,
        table=table_of(measured),
        curve=curve_of(measured),
    )
    report.write_text(f"{head}{WORDS}{kept}")


def table_of(measured: Sequence[Figure | Point]) -> str:
    return as_markdown(FIGURE_HEAD, [each.as_cells() for each in measured if isinstance(each, Figure)])


def curve_of(measured: Sequence[Figure | Point]) -> str:
    return as_markdown(POINT_HEAD, [each.as_cells() for each in measured if isinstance(each, Point)])
