"""Asks a sick provider less: after some failures in a row, not at all for a while."""

import random
import time
from collections.abc import Callable

from core.limits import ProviderLimits

# Longer than any read waits: one that asks after a pause has an answer, or none, by then.
_FINDING_OUT_SECONDS = 6.0
_dice = random.SystemRandom()


class Breaker:
    """Counts failures of reads. During a pause nobody should ask; after it one call finds out for all.

    `clock` gives seconds that never go back.
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
        """How many there have been. What becomes of a call from before the last one is old news."""

    @property
    def is_sick(self) -> bool:
        """Whether the last calls have failed in a row."""
        return self._failures >= self._limits.failures_in_a_row

    @property
    def is_told_to_wait(self) -> bool:
        """Whether the provider has named a time before which it is not to be asked."""
        return self._clock() < self._named_until

    def lets_through(self) -> bool:
        """Whether to ask now. The first one after a pause shuts the door until it has found out."""
        if self._paused_until is None:
            return True
        now = self._clock()
        if now < self._paused_until:
            return False
        self._paused_until = now + _FINDING_OUT_SECONDS
        return True

    def succeeded(self, asked_after: int) -> None:
        """`asked_after` is what `pauses` was when the call began."""
        if asked_after == self.pauses:
            self._failures = 0
            self._paused_until = None
            self._named_until = 0.0

    def failed(self, asked_after: int, retry_after: float | None = None) -> None:
        """`retry_after` seconds, if the provider named them, are obeyed up to a minute."""
        now = self._clock()
        named = min(retry_after or 0.0, self._limits.longest_named_pause_seconds)
        self._named_until = max(self._named_until, now + named)
        if asked_after == self.pauses:
            self._failures += 1
            self._pause(max(self._backoff(), self._named_until - now))
        elif self._paused_until is not None:  # many failed at once, of which one has been counted
            self._paused_until = max(self._paused_until, self._named_until)

    def _backoff(self) -> float:
        if not self.is_sick:
            return 0.0
        doublings = min(self._failures - self._limits.failures_in_a_row, 10)
        doubled = self._limits.first_pause_seconds * float(2**doublings)
        longest = min(doubled, self._limits.longest_pause_seconds)
        return longest * _dice.uniform(0.5, 1.0)  # spreads processes out

    def _pause(self, seconds: float) -> None:
        self._paused_until = self._clock() + seconds if seconds > 0 else None
        self.pauses += seconds > 0
