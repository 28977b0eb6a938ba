"""Named points in the life of a generation or an account, where tests kill the process: nothing may be lost.

In production a point does nothing; only the start-up script of a test sets `hook`.

They are in the product because nothing outside it names these places. A death matters between two effects:
after a commit and before the next request, after an answer and before its row. A test could wrap the function
on either side, but a commit is the end of a block, not of a function; a trace by line or by name breaks
unseen with the next change, and slows all else down, which hides the races; and a kill at a random moment
hits a window of a few microseconds almost never. A name that a type checks costs one comparison.
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
    "delete account: begun",
    "delete account: pictures removed",
]

hook: Callable[[Point], None] | None = None


def passing(point: Point) -> None:
    """Call the hook of a test, if one is set."""
    if hook:
        hook(point)
