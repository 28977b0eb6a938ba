"""How long it is measured, and what is raised when it cannot be."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Effort:
    """Of the rows that both runs have."""

    rounds: int
    seconds: int
    warm_up_seconds: int
    tabs: int
    has_plain_read: bool
    """Whether the plain read is measured too, which has no goal."""
    forget_seconds: float | None
    """The time after which closed tabs must have left nothing; None: not measured."""


QUICK = Effort(rounds=3, seconds=2, warm_up_seconds=1, tabs=40, has_plain_read=False, forget_seconds=None)
FULL = Effort(rounds=5, seconds=5, warm_up_seconds=2, tabs=200, has_plain_read=True, forget_seconds=60.0)


class CouldNotMeasure(Exception):
    """What was to be measured broke first; the message has the reason in one line."""
