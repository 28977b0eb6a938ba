"""The pictures that this process could not store so far, and the log lines about them."""

import logging
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from core.limits import PictureLimits

logger = logging.getLogger(__name__)


class WaitingPictures:
    """The generations whose picture waits for another attempt to copy it, each with its first failure."""

    def __init__(self, limits: PictureLimits = PictureLimits()) -> None:
        self._limits = limits
        self._since: dict[UUID, datetime] = {}
        self._reason = ""
        self._next_telling = 0.0
        self._has_told = False

    def add(self, generation_id: UUID, reason: str) -> None:
        """Note that a copy failed, and why."""
        self._since.setdefault(generation_id, datetime.now(UTC))
        self._reason = reason
        self._tell()

    def remove(self, generation_ids: Iterable[UUID]) -> None:
        """Forget generations whose picture is stored, lost or deleted; unknown ids are ignored."""
        for each in generation_ids:
            self._since.pop(each, None)
        self._tell()

    @property
    def generation_ids(self) -> set[UUID]:
        """The generations whose picture waits."""
        return set(self._since)

    @property
    def failing_since(self) -> datetime | None:
        """The time of the first failure among the pictures that still wait; None if none waits."""
        return min(self._since.values(), default=None)

    def _tell(self) -> None:
        """Log an error every `tell_seconds` while pictures wait, and one line when no more wait."""
        if self._since and time.monotonic() >= self._next_telling:
            self._next_telling = time.monotonic() + self._limits.tell_seconds
            self._has_told = True
            logger.error(
                "Pictures could not be stored since %s; %d wait (%s)",
                f"{self.failing_since:%Y-%m-%d %H:%M:%S} UTC",
                len(self._since),
                self._reason,
            )
        elif not self._since and self._has_told:
            self._has_told = False
            logger.info("No picture waits to be stored any more")
