"""The times during which something was away on purpose."""

# What was under way when they came back is answered a little later, by a busy machine.
_AFTERWARDS_SECONDS = 3.0


class Windows:
    """Spans of the monotonic clock."""

    def __init__(self) -> None:
        self._spans: list[tuple[float, float]] = []

    def add(self, began: float, ended: float) -> None:
        self._spans.append((began, ended))

    def touch(self, began: float, ended: float) -> bool:
        """Whether what lasted from `began` to `ended` met one of them."""
        return any(began <= end + _AFTERWARDS_SECONDS and ended >= start for start, end in self._spans)

    def __len__(self) -> int:
        return len(self._spans)
