"""Which figures meet their goals, and over which the short run fails."""

from pathlib import Path

import pytest

from bench.figures import Figure, Point
from bench.load import Load
from bench.report import WORDS, write


@pytest.mark.parametrize(
    ("figure", "is_met", "is_far_off"),
    [
        (Figure("a floor", 0.25, 0.25, is_gate=True), True, False),
        (Figure("a floor", 0.25, 0.13, is_gate=True), False, False),
        (Figure("a floor", 0.25, 0.12, is_gate=True), False, True),
        (Figure("a floor", 0.25, 0.12), False, False),
        (Figure("a ceiling", 1.5, 1.5, is_ceiling=True, is_gate=True), True, False),
        (Figure("a ceiling", 1.5, 3.1, is_ceiling=True, is_gate=True), False, True),
        (Figure("not measured", 1.7, None), None, False),
        (Figure("broke", None, None, is_gate=True), None, True),
        (Figure("to compare", None, 0.2, is_gate=True), None, False),
    ],
)
def test_a_gate_fails_at_half_of_its_goal(figure: Figure, *, is_met: bool | None, is_far_off: bool) -> None:
    assert (figure.is_met, figure.is_far_off) == (is_met, is_far_off)


def test_a_new_report_keeps_the_words_of_the_last_one(tmp_path: Path) -> None:
    report = tmp_path / "performance.md"
    write([Figure("a read", 0.25, 0.1)], "a machine", report)
    report.write_text(report.read_text() + "\nA process carries much.\n")
    write(
        [Figure("a read", 0.25, 0.3), Point("1 process", Load(2000.0, 7.0, 20.0))], "another machine", report
    )
    written = report.read_text()
    assert written.endswith(f"{WORDS}\n\nA process carries much.\n")
    assert "| a read | 0.3 | at least 0.25 | met |" in written
    assert "| 1 process | 2000 | 7.0 | 20.0 |" in written
    assert "another machine" in written
    assert "missed" not in written
