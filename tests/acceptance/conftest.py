"""Collects what each acceptance test observed, for `docs/PHASE_02__qa-report.md` (`make qa`)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

Observe = Callable[[str], None]


@dataclass
class Row:
    criterion: str
    observations: list[str] = field(default_factory=list)
    passed: bool = False


_rows: dict[str, Row] = {}


@pytest.fixture
def observe(request: pytest.FixtureRequest) -> Observe:
    """Note something that was observed. The test's docstring is its criterion."""
    row = _rows.setdefault(request.node.name, Row(" ".join(request.function.__doc__.split())))
    row.observations.clear()
    return row.observations.append


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.when == "call" and item.name in _rows:
        _rows[item.name].passed = report.passed


def pytest_sessionfinish(session: pytest.Session) -> None:
    path = session.config.getoption("--qa-report")
    if path and _rows:
        Path(path).write_text(_report(list(_rows.values())))


def _report(rows: list[Row]) -> str:
    lines = [
        "# Phase 2: QA report",
        "",
        "Written by `make qa` from the results of `tests/acceptance`; do not edit by hand. Each row is",
        "a criterion of the brief's section 7, with what the test observed on the whole application, a",
        "real PostgreSQL and the provider's emulator over a real socket.",
        "",
        "| criterion | observed | result |",
        "|---|---|---|",
    ]
    for row in rows:
        observed = "; ".join(row.observations).replace("|", "\\|")
        lines.append(f"| {row.criterion} | {observed} | {'pass' if row.passed else '**FAIL**'} |")
    passed = sum(row.passed for row in rows)
    return "\n".join([*lines, "", f"{passed} of {len(rows)} criteria passed.", ""])
