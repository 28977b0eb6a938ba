"""What the course of the illness showed: the figures, and the verdict on them."""

import re
from itertools import pairwise

from core.limits import ProviderLimits
from tests.reliability.sick.course import NEWCOMERS, WAITING, WELL_SECONDS, Course
from tests.reliability.sick.people import AT_ONCE_SECONDS, Seen
from tests.reliability.sick.provider import ILLNESSES
from tests.support.servers import EaselProcess

RUSH_SECONDS = 30.0
"""After the recovery: when all might ask at once."""
READ_SECONDS = ProviderLimits.fetch_seconds
NOTE = f"""
{WAITING} people poll once a second by the API and press now and then, with a generation that runs when the
provider falls ill. A read asks the provider for {READ_SECONDS:.0f} s at the most. During a pause of
the breaker it does not ask at all and answers with what is known; after a pause one asks, and the others wait
for nothing. A press while one runs never asks the provider: its times are the machine's own.
"""


def figures_of(course: Course) -> dict[str, object]:
    """For people to read, in the order of the report."""
    well, ill, back = course.well, course.ill, course.back
    calls_well = course.sick.calls_between(course.started, course.fell_ill) / WELL_SECONDS * 60
    waited = course.finished_after
    pressed = ("presses while one runs", "first presses", "cancels")
    return {
        "ways to be ill, in turn": f"{len(ILLNESSES)}, for {course.seconds:.0f} s together",
        "people who waited": f"{WAITING}; all got their picture {waited:.0f} s after it was back",
        "people who first pressed meanwhile": NEWCOMERS,
        "reads, well": well.summary("reads"),
        "reads, ill": ill.summary("reads"),
        "reads, ill, that took more than 0.5 s": ill.slow("reads"),
        "`/healthz`, well": well.summary("health"),
        "`/healthz`, ill": ill.summary("health"),
        "`/healthz`, back": back.summary("health"),
        **{kind: ill.summary(kind) for kind in pressed if kind in ill.took},
        "calls to the provider a minute, well": f"{calls_well:.0f}",
        "calls to the provider, ill, minute by minute": ", ".join(map(str, calls_while_ill(course))),
        "most calls in a second once back": busiest_second_back(course),
        "memory of the process before, ill": f"{course.memory_before} MiB, {course.memory_ill} MiB",
        "lines of the log at level ERROR": errors_in(course.easel),
    }


def judge(course: Course) -> None:
    """Raises `AssertionError` for the first promise that was broken."""
    judge_answers(course.ill)
    judge_times(course)
    judge_calls(course)
    assert course.memory_ill < course.memory_before + 40
    assert errors_in(course.easel) == 0


def judge_answers(ill: Seen) -> None:
    assert {status for kind, status in ill.statuses if kind in {"reads", "health"}} == {200}
    assert {status for kind, status in ill.statuses if kind == "presses while one runs"} <= {409}
    assert {status for kind, status in ill.statuses if kind == "first presses"} <= {200, 409, 502}
    assert {status for kind, status in ill.statuses if kind == "cancels"} <= {502}


def judge_times(course: Course) -> None:
    well, ill = course.well, course.ill
    # What never asks the provider tells how slow the machine is by itself.
    busy = ill.percentile("presses while one runs", 0.99)
    # Everyone waits once, while nobody knows yet; after a pause one asks for all.
    slow = ill.slow("reads", AT_ONCE_SECONDS + 1.5 * busy)
    assert slow <= 2 * WAITING + course.seconds / 4, "reads wait for the provider"
    slowest = max(ill.took["presses while one runs"])
    assert max(ill.took["reads"]) < ProviderLimits.fetch_seconds + AT_ONCE_SECONDS + 1.5 * slowest
    assert ill.percentile("health", 0.99) < AT_ONCE_SECONDS + 5 * max(well.took["health"])
    assert max(ill.took["health"]) < AT_ONCE_SECONDS + 2 * slowest, "the event loop was blocked"


def judge_calls(course: Course) -> None:
    took = course.ill.took
    presses = len(took.get("first presses", [])) + 10 * len(took.get("cancels", []))
    calls = sum(calls_while_ill(course))
    assert calls < 2 * WAITING + presses + course.seconds / 2, "a sick provider is asked too much"
    assert busiest_second_back(course) <= 3 * WAITING


def calls_while_ill(course: Course) -> list[int]:
    """To the provider, minute by minute."""
    ends = minutes(course.fell_ill, course.recovered, course.seconds)
    return [course.sick.calls_between(start, end) for start, end in pairwise(ends)]


def busiest_second_back(course: Course) -> int:
    return course.sick.busiest_second(course.recovered, course.recovered + RUSH_SECONDS)


def minutes(start: float, end: float, seconds: float) -> list[float]:
    whole = [start + 60 * n for n in range(int(seconds // 60) + 1)]
    return [*whole, end] if end - whole[-1] > 1 else whole


def errors_in(process: EaselProcess) -> int:
    return len(re.findall(r"^\S+ \S+ ERROR |^Traceback", process.log.read_text(), re.MULTILINE))
