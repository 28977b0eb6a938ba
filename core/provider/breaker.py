"""A circuit breaker: after some failures in a row, calls to the provider pause for a while."""

import random
import time
from collections.abc import Callable

from core.limits import ProviderLimits

# Longer than any read may take: by then the first call after a pause has succeeded or failed.
_FINDING_OUT_SECONDS = 6.0
_dice = random.SystemRandom()


class Breaker:
    """Counts failed reads. During a pause no call is let through; after it, one call tests the provider.

    `clock` returns seconds that never go back.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        limits: ProviderLimits = ProviderLimits(),
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._failures = 0
        self._paused_until: float | None = None
        self._named_until = 0.0
        self.pauses = 0
        """The number of pauses so far. The result of a call that began before the last one is ignored."""

    @property
    def is_sick(self) -> bool:
        """Whether the last `failures_in_a_row` calls have failed."""
        return self._failures >= self._limits.failures_in_a_row

    @property
    def is_told_to_wait(self) -> bool:
        """Whether the provider asked for a pause that is not over."""
        return self._clock() < self._named_until

    def lets_through(self) -> bool:
        """Whether to call now. The first call after a pause holds all others back until it has a result."""
        if self._paused_until is None:
            return True
        now = self._clock()
        if now < self._paused_until:
            return False
        self._paused_until = now + _FINDING_OUT_SECONDS
        return True

    def succeeded(self, asked_after: int) -> None:
        """Note a success; `asked_after` is the value of `pauses` when the call began."""
        if asked_after == self.pauses:
            self._failures = 0
            self._paused_until = None
            self._named_until = 0.0

    def failed(self, asked_after: int, retry_after: float | None = None) -> None:
        """Note a failure, and begin a pause if it is time for one.

        `retry_after` is the pause in seconds that the provider asked for, of which
        `longest_named_pause_seconds` are granted; `asked_after` is the value of `pauses` when the call began.
        """
        now = self._clock()
        named = min(retry_after or 0.0, self._limits.longest_named_pause_seconds)
        self._named_until = max(self._named_until, now + named)
        if asked_after == self.pauses:
            self._failures += 1
            self._pause(max(self._backoff(), self._named_until - now))
        elif self._paused_until is not None:  # of calls that fail together only the first is counted
            self._paused_until = max(self._paused_until, self._named_until)

    def _backoff(self) -> float:
        if not self.is_sick:
            return 0.0
        doublings = min(self._failures - self._limits.failures_in_a_row, 10)
        doubled = self._limits.first_pause_seconds * float(2**doublings)
        longest = min(doubled, self._limits.longest_pause_seconds)
        return longest * _dice.uniform(0.5, 1.0)  # so that processes do not all call at the same time

    def _pause(self, seconds: float) -> None:
        self._paused_until = self._clock() + seconds if seconds > 0 else None
        self.pauses += seconds > 0
