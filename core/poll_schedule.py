"""When to ask the provider about a run: seldom at first, often when most runs are done, then ever slower.

The times are seconds since the run was created. For a picture that takes 40 s, a create and these polls make
at most 12 calls with a history of such runs, and 20 without one; a test holds them to it.
"""

from collections.abc import Sequence

from core.limits import PollLimits

FEWEST_RUNS = 5
"""Fewer runs say too little of the next one."""
_EARLY_SECONDS = 3.0
"""By then most predictions have left the provider's queue, which the screen shows."""
_SHARES = (0.03, 0.17, 0.3, 0.43, 0.57, 0.7, 0.83, 0.97)
_LONGEST_IN_WINDOW = 3.0
_LONGEST_AT_FIRST = 3.0
_MINUTE = 60.0


def pause_after(age: float, history: Sequence[float], limits: PollLimits) -> float:
    """Seconds from a poll at `age` to the next one that makes sense.

    `history` has the seconds that runs of this kind took here, in any order; it may be empty.
    """
    runs = sorted(history)
    pause = _known(age, runs, limits) if len(runs) >= FEWEST_RUNS else _unknown(age, limits)
    return min(max(limits.least_seconds, pause), limits.longest_seconds)


def _known(age: float, runs: Sequence[float], limits: PollLimits) -> float:
    """Between two polls in the middle part of the history, the same share of runs has ended."""
    window = [quantile(runs, share) for share in _SHARES]
    if age < _EARLY_SECONDS < window[0] - limits.first_seconds:
        return _EARLY_SECONDS - age
    coming = [time for time in window if time > age]
    if not coming:
        return (age - window[-1]) / 2
    pause = coming[0] - age
    return pause if age < window[0] else min(pause, _LONGEST_IN_WINDOW)


def _unknown(age: float, limits: PollLimits) -> float:
    """Pictures take from seconds (the demo) to two minutes."""
    if age < limits.first_seconds:
        return limits.first_seconds - age
    if age < _MINUTE:
        return min(max(limits.first_seconds, 0.3 * age), _LONGEST_AT_FIRST)
    return age / 12


def quantile(runs: Sequence[float], share: float) -> float:
    """The time by which `share` (0 to 1) of the sorted `runs` had ended, between two runs in proportion."""
    place = share * (len(runs) - 1)
    low = int(place)
    high = min(low + 1, len(runs) - 1)
    return runs[low] + (runs[high] - runs[low]) * (place - low)
