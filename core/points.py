"""Named points in the life of a generation, at which tests kill the process to see that nothing is lost.

In production a point does nothing; only the start-up script of a test sets `hook`.
"""

from collections.abc import Callable
from typing import Literal

Point = Literal[
    "submit: row written",
    "submit: prediction accepted",
    "submit: external id saved",
    "poll: provider answered",
    "poll: end written",
    "copy: picture fetched",
    "copy: bytes stored",
    "cancel: asked for",
    "cancel: provider confirmed",
]

hook: Callable[[Point], None] | None = None


def passing(point: Point) -> None:
    """Call the hook of a test, if one is set."""
    if hook:
        hook(point)
