"""What a process counts of itself: plain numbers, as prometheus-client's own take twice as long."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from starlette.types import Scope

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds, each the upper end of a bucket; the last bucket has none."""
OTHER = "other"
"""For whatever a visitor could make up: labels must not grow with visitors."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Histogram:
    """How often something took how long."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0

    def add(self, seconds: float) -> None:
        """Count one."""
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.seconds += seconds

    def buckets(self) -> list[tuple[str, float]]:
        """The upper end of each bucket, with how many there are up to it."""
        total, buckets = 0, []
        for end, count in zip([*map(str, BOUNDS), "+Inf"], self.counts, strict=True):
            total += count
            buckets.append((end, float(total)))
        return buckets


Times = defaultdict[tuple[str, ...], Histogram]


def _times() -> Times:
    return defaultdict(Histogram)


@dataclass(frozen=True)
class Metrics:
    """The counts of one process, by the values of their labels."""

    requests: Times = field(default_factory=_times)
    """By method, template of the route, and status."""
    provider_calls: Times = field(default_factory=_times)
    """By call and outcome."""
    ends: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Generations that this process ended, by status and code."""

    def count_request(self, scope: Scope, status: int, seconds: float) -> None:
        """Count an answer. A path that is no route's own is `OTHER`."""
        route: Any = scope.get("route")
        template = OTHER if route is None else _prefix(scope) + route.path
        method = scope["method"] if scope["method"] in _METHODS else OTHER
        self.requests[method, template, str(status)].add(seconds)

    @contextmanager
    def timing_call(self, call: str) -> Iterator[list[str]]:
        """Count a call of the provider; the block appends its outcome, or it is an error."""
        started, outcome = perf_counter(), ["error"]
        try:
            yield outcome
        finally:
            self.provider_calls[call, outcome[-1]].add(perf_counter() - started)


def _prefix(scope: Scope) -> str:
    """Where the route's application is mounted; what a proxy says of that is not to be trusted."""
    return "/api" if scope["path"].startswith("/api/") else ""
