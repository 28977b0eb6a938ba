"""What was measured, beside what was wanted."""

from collections.abc import Sequence
from dataclasses import dataclass

from bench.load import Load


@dataclass(frozen=True)
class Figure:
    """A row of the table: `goal` is the least that `measured` may be, or with `is_ceiling` the most."""

    what: str
    goal: float | None
    """None for a row that is only there to compare with."""
    measured: float | None
    """None when it was not measured; `note` says why."""
    is_ceiling: bool = False
    unit: str = ""
    p50: str = ""
    p99: str = ""
    note: str = ""
    is_gate: bool = False
    """Whether the short run fails over it: of ratios, which a slow or busy machine changes little."""

    @property
    def is_met(self) -> bool | None:
        """None when it was not measured, or has no goal."""
        if self.measured is None or self.goal is None:
            return None
        return self.measured <= self.goal if self.is_ceiling else self.measured >= self.goal

    @property
    def is_far_off(self) -> bool:
        """Whether it is a gate, and worse than its goal by half, or could not be measured."""
        if not self.is_gate or self.measured is None:
            return self.is_gate
        if self.goal is None:
            return False
        return self.measured > 2 * self.goal if self.is_ceiling else self.measured < self.goal / 2

    def as_cells(self) -> list[str]:
        measured = "not measured" if self.measured is None else f"{_short(self.measured)}{self.unit}"
        verdict = {True: "met", False: "**missed**", None: ""}[self.is_met]
        return [self.what, measured, self._goal_in_words, verdict, self.p50, self.p99, self.note]

    @property
    def _goal_in_words(self) -> str:
        if self.goal is None:
            return ""
        return f"{'at most' if self.is_ceiling else 'at least'} {self.goal:g}{self.unit}"


@dataclass(frozen=True)
class Point:
    """A row of the curve: the reads that Easel answered in a situation; none where it broke."""

    situation: str
    reads: Load | None
    note: str = ""

    def as_cells(self) -> list[str]:
        if self.reads is None:
            return [self.situation, "**broke**", "", "", self.note]
        reads = [f"{self.reads.per_second:.0f}", f"{self.reads.p50_ms:.1f}", f"{self.reads.p99_ms:.1f}"]
        return [self.situation, *reads, self.note]


def _short(number: float) -> str:
    """Three digits, and never fewer than a whole number has."""
    return f"{number:.3g}" if abs(number) < _WHOLE_FROM else f"{number:,.0f}"


_WHOLE_FROM = 100
FIGURE_HEAD = ("what", "measured", "goal", "", "p50, ms", "p99, ms", "note")
POINT_HEAD = ("situation", "reads a second", "p50, ms", "p99, ms", "note")


def as_markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; no row, no table."""
    lines = [head, ["---"] * len(head), *rows] if rows else []
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
