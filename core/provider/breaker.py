"""Asks a sick provider less: after some failures in a row, not at all for a while."""

import random
import time

FAILURES_IN_A_ROW = 5
FIRST_PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 60.0


class Breaker:
    """Counts failures of reads. While it `is_open` nobody should ask; then one call finds out.

    Times come from the monotonic clock of this process.
    """

    def __init__(self) -> None:
        self._failures = 0
        self._open_until = 0.0

    @property
    def is_open(self) -> bool:
        return time.monotonic() < self._open_until

    def succeeded(self) -> None:
        self._failures = 0
        self._open_until = 0.0

    def failed(self, retry_after: float | None = None) -> None:
        """`retry_after` seconds, if the provider named them, are obeyed up to the longest pause."""
        self._failures += 1
        pause = min(retry_after or 0.0, LONGEST_PAUSE_SECONDS)
        if self._failures >= FAILURES_IN_A_ROW:
            doublings = min(self._failures - FAILURES_IN_A_ROW, 10)
            backoff = min(FIRST_PAUSE_SECONDS * 2**doublings, LONGEST_PAUSE_SECONDS)
            pause = max(pause, backoff * random.uniform(0.5, 1.0))  # noqa: S311  (spreads processes out)
        self._open_until = time.monotonic() + pause
