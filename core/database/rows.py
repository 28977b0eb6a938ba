"""What a single statement returned."""

from typing import Any, NamedTuple


class Rows(NamedTuple):
    """The rows that a statement returned, and the names of their columns."""

    names: list[str]
    rows: list[tuple[Any, ...]]
    sent_at: float
    """When the statement was sent, by the monotonic clock: after the wait for a connection."""
