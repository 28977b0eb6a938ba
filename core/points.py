"""Named points in the life of a generation, where tests end the process to see that nothing is lost.

In a served Easel passing one does nothing; only a test's own start-up script can put a hook here.
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
    if hook:
        hook(point)
