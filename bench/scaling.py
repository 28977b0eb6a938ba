"""From one machine to a million people, by a simulated peak hour: `make scaling` writes docs/scaling.md.

What one thing costs is measured (`docs/performance.md`); how many people do it at once is drawn by chance,
second by second. What is assumed of people stands in the document.
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.figures import as_markdown

DOCUMENT = Path(__file__).parents[1] / "docs" / "scaling.md"
BEGINNING = "<!-- Written by `make scaling`: do not edit by hand. -->"
END = "<!-- The end of what `make scaling` writes. -->"

HOUR = 3600
# Assumed of people: presses on a day, how much of a day's presses the busiest hour has, and tabs.
PRESSES_A_DAY = 2.0
PEAK_HOUR = 0.12
TAB_MINUTES_OF_A_PRESS = 6.0
PAGES_OF_A_PRESS = 0.5
READS_OF_A_PRESS = 20.0
# A run as the provider publishes them, 29 to 48 seconds and up to 2 minutes: a lognormal.
MEDIAN_RUN, SPREAD, LONGEST_RUN = 38.0, 0.35, 360.0
# Measured: `docs/performance.md`, and the exact counts of `tests/api/test_statements.py`.
CALLS_OF_A_RUN = 9
STATEMENTS_OF_A_SUBMIT = 20
STATEMENTS_OF_A_RUN_A_SECOND = 1.8
STATEMENTS_OF_A_TAB_A_SECOND = 2 / 60
CORE_SECONDS_OF_A_PAGE = 1 / 400
CORE_SECONDS_OF_A_READ = 1 / 4000
CORE_SECONDS_OF_A_SUBMIT = 0.02  # 0.029 beside other work, on a processor that reads a third as fast
CORE_SECONDS_OF_A_TAB_THAT_WATCHES = 1 / 1500
CONNECTIONS_OF_A_PROCESS = 31
MEMORY_OF_A_TAB, MEMORY_OF_A_PROCESS = 0.2e6, 160e6
PICTURE_BYTES, PRICE_USD = 1.6e6, 0.047
# Of an account at the provider, a minute.
CREATES_A_MINUTE, OTHER_CALLS_A_MINUTE = 600, 3000
BUSY_AT_MOST = 0.6
"""How much of a core a process may use before waiting in line shows in the 99th percentile."""


@dataclass(frozen=True)
class Peak:
    """The busiest moment of a simulated hour."""

    people: int
    creates_a_minute: int
    other_calls_a_minute: int
    runs: int
    tabs: int

    @property
    def accounts(self) -> int:
        """At the provider, by whichever limit is met first."""
        return math.ceil(
            max(self.creates_a_minute / CREATES_A_MINUTE, self.other_calls_a_minute / OTHER_CALLS_A_MINUTE)
        )

    @property
    def statements_a_second(self) -> float:
        presses = self.creates_a_minute / 60
        return (
            presses * (STATEMENTS_OF_A_SUBMIT + READS_OF_A_PRESS + PAGES_OF_A_PRESS)
            + self.runs * STATEMENTS_OF_A_RUN_A_SECOND
            + self.tabs * STATEMENTS_OF_A_TAB_A_SECOND
        )

    @property
    def cores(self) -> float:
        """That processes use."""
        presses = self.creates_a_minute / 60
        return (
            presses
            * (
                CORE_SECONDS_OF_A_SUBMIT
                + READS_OF_A_PRESS * CORE_SECONDS_OF_A_READ
                + PAGES_OF_A_PRESS * CORE_SECONDS_OF_A_PAGE
            )
            + self.runs * CORE_SECONDS_OF_A_TAB_THAT_WATCHES
        )

    @property
    def processes(self) -> int:
        """Each with a core."""
        return max(1, math.ceil(self.cores / BUSY_AT_MOST))

    @property
    def pictures_a_month(self) -> float:
        return self.people * PRESSES_A_DAY * 30


def simulate(people: int, seed: int = 1) -> Peak:
    """An hour of presses that come by chance, each with a run and with tabs that stay open."""
    chance = random.Random(seed)  # noqa: S311  (no secret)
    a_second = people * PRESSES_A_DAY * PEAK_HOUR / HOUR
    length = HOUR + round(TAB_MINUTES_OF_A_PRESS * 60) + round(LONGEST_RUN)
    creates, runs, tabs, calls = ([0] * length for _ in range(4))
    moment = 0.0
    while (moment := moment + chance.expovariate(a_second)) < HOUR:
        second = int(moment)
        run = min(LONGEST_RUN, MEDIAN_RUN * math.exp(chance.gauss(0, SPREAD)))
        creates[second] += 1
        _add_span(runs, second, round(run))
        _add_span(tabs, second, round(TAB_MINUTES_OF_A_PRESS * 60))
        for call in range(CALLS_OF_A_RUN):
            calls[second + round(run * (call + 1) / CALLS_OF_A_RUN)] += 1
    return Peak(people, _busiest_minute(creates), _busiest_minute(calls), _highest(runs), _highest(tabs))


def _add_span(changes: list[int], start: int, seconds: int) -> None:
    """One more from that second on, for so many seconds."""
    changes[start] += 1
    changes[min(start + seconds, len(changes) - 1)] -= 1


def _highest(changes: Sequence[int]) -> int:
    level = highest = 0
    for change in changes:
        level += change
        highest = max(highest, level)
    return highest


def _busiest_minute(counts: Sequence[int]) -> int:
    return max(sum(counts[start : start + 60]) for start in range(0, HOUR, 10))


def table(what: str, names: Sequence[str], peaks: Sequence[Peak], *, is_with_people: bool = False) -> str:
    """A column for each crowd, a row for each thing that may end."""
    rows: list[tuple[str, Callable[[Peak], str]]] = [
        ("presses a day", lambda peak: f"{peak.people * PRESSES_A_DAY:,.0f}"),
        ("creates a minute, at the peak", lambda peak: f"{peak.creates_a_minute:,}"),
        ("other calls to the provider a minute", lambda peak: f"{peak.other_calls_a_minute:,}"),
        ("accounts at the provider", lambda peak: f"{peak.accounts}"),
        ("runs at once", lambda peak: f"{peak.runs:,}"),
        ("open tabs", lambda peak: f"{peak.tabs:,}"),
        ("statements a second", lambda peak: f"{peak.statements_a_second:,.0f}"),
        ("processes, a core each", lambda peak: f"{peak.processes}"),
        ("connections to PostgreSQL", lambda peak: f"{peak.processes * CONNECTIONS_OF_A_PROCESS:,}"),
        ("memory of all processes", lambda peak: f"{_gigabytes(peak):,.1f} GB"),
        ("pictures a month", lambda peak: f"{peak.pictures_a_month * PICTURE_BYTES / 1e12:,.2f} TB"),
        ("money for pictures a month", lambda peak: f"${peak.pictures_a_month * PRICE_USD:,.0f}"),
    ]
    if is_with_people:
        rows.insert(0, ("people", lambda peak: f"{peak.people:,}"))
    return as_markdown([what, *names], [[name, *(cell(peak) for peak in peaks)] for name, cell in rows])


def _gigabytes(peak: Peak) -> float:
    return (peak.processes * MEMORY_OF_A_PROCESS + peak.tabs * MEMORY_OF_A_TAB) / 1e9


def carried(machines: int, million: Peak) -> int:
    """How many people so many machines of four cores carry, by their processors alone.

    PostgreSQL has a core of the only machine, else a machine of its own for nine others.
    """
    processes = _CORES - 1 if machines == 1 else _CORES * (machines - math.ceil(machines / 10))
    people = million.people * processes * BUSY_AT_MOST / million.cores
    return int(people // 10_000 * 10_000)


def scaled(million: Peak, people: int) -> Peak:
    """Of so large a crowd chance is no part any more: as many times as much."""
    times = people / million.people
    counts = (million.creates_a_minute, million.other_calls_a_minute, million.runs, million.tabs)
    return Peak(people, *(round(count * times) for count in counts))


def document() -> str:
    """`docs/scaling.md` with both tables."""
    before, rest = DOCUMENT.read_text().split(BEGINNING)
    million = simulate(1_000_000)
    people = [*(simulate(each) for each in CROWDS), million]
    machines = [scaled(million, carried(each, million)) for each in MACHINES]
    names = [f"{each} machine{'s' if each > 1 else ''}" for each in MACHINES]
    tables = (
        f"{table('people', [f'{each.people:,}' for each in people], people)}\n\n"
        f"As many as their processors carry, were nothing else in the way:\n\n"
        f"{table('', names, machines, is_with_people=True)}"
    )
    return f"{before}{BEGINNING}\n\n{tables}\n\n{END}{rest.split(END)[1]}"


CROWDS = (1_000, 20_000, 100_000)
MACHINES = (1, 5, 50)
_CORES = 4


def main() -> None:
    DOCUMENT.write_text(document())


if __name__ == "__main__":
    main()
