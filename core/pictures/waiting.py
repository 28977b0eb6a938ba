"""The pictures that could not be stored so far, as far as this process knows, and the log's word on them."""

import logging
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

from core.limits import PictureLimits

logger = logging.getLogger(__name__)


class WaitingPictures:
    """Generations whose picture only the provider has, as its copy failed; since when each."""

    def __init__(self, limits: PictureLimits = PictureLimits()) -> None:
        self._limits = limits
        self._since: dict[UUID, datetime] = {}
        self._reason = ""
        self._next_telling = 0.0
        self._has_told = False

    def add(self, generation_id: UUID, reason: str) -> None:
        self._since.setdefault(generation_id, datetime.now(UTC))
        self._reason = reason
        self._tell()

    def remove(self, generation_ids: Iterable[UUID]) -> None:
        """They are stored, lost or deleted; any that does not wait is passed over."""
        for each in generation_ids:
            self._since.pop(each, None)
        self._tell()

    @property
    def generation_ids(self) -> set[UUID]:
        return set(self._since)

    @property
    def failing_since(self) -> datetime | None:
        """When the first of those that still wait failed; None when none waits."""
        return min(self._since.values(), default=None)

    def _tell(self) -> None:
        """To the log: an error every `tell_seconds` while some wait, and once that none does any more."""
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
