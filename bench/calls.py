"""The calls that the provider got, with their times."""

import time
from dataclasses import dataclass, field

from starlette.requests import Request


@dataclass
class Calls:
    """A fault that harms nothing: it keeps when each call came. Downloads of pictures are not among them."""

    times: list[float] = field(default_factory=list)

    async def __call__(self, _: Request) -> None:
        self.times.append(time.monotonic())

    def clear(self) -> None:
        self.times.clear()

    @property
    def count(self) -> int:
        return len(self.times)

    @property
    def least_gap(self) -> float:
        """Seconds between the two that were closest; endless for fewer than two."""
        gaps = [later - earlier for earlier, later in zip(self.times, self.times[1:], strict=False)]
        return min(gaps, default=float("inf"))
