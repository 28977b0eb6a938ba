"""Easel's start-up with one point armed: the process ends there, by SIGKILL, when first passing it.

Run as a script: `python tests/support/killable.py "submit: row written"`.
"""

import os
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from core import points
from main import main


def arm(armed: str) -> None:
    def end_there(point: points.Point) -> None:
        if point == armed:
            os.kill(os.getpid(), signal.SIGKILL)

    points.hook = end_there


if __name__ == "__main__":
    arm(sys.argv.pop(1))  # what is left is a command for `main`
    sys.exit(main())
