"""Easel's start-up with an hour between two polls of a run: what it does until then, it was asked for."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from core.limits import Limits, PollLimits
from main import main

HOUR = 3600.0

if __name__ == "__main__":
    polls = PollLimits(first_seconds=HOUR, least_seconds=HOUR, longest_seconds=HOUR)
    sys.exit(main(Limits(polls=polls)))
