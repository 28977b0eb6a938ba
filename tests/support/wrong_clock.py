"""Easel's start-up with a clock that is wrong by some hours: `python tests/support/wrong_clock.py -3`."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import time_machine

sys.path.insert(0, str(Path(__file__).parents[2]))

from main import main

if __name__ == "__main__":
    hours = timedelta(hours=float(sys.argv.pop(1)))
    with time_machine.travel(datetime.now(UTC) + hours, tick=True):
        sys.exit(main())
