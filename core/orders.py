"""What was ordered: all that decides what is drawn, and what it costs."""

import hashlib
from dataclasses import dataclass, fields

_THE_HOSTS_CHOICE = frozenset({"model", "quality"})


@dataclass(frozen=True)
class Order:
    """A picture as it was ordered. Each field is a column of `generations` with the same name.

    `quality` is None for a model that takes none, and in rows of versions that did not note it.
    """

    prompt: str
    model: str
    quality: str | None = None

    @property
    def fingerprint(self) -> bytes:
        """A hash of what the person chose: a repeated press is the same order after a change of settings."""
        chosen = (field.name for field in fields(self) if field.name not in _THE_HOSTS_CHOICE)
        return hashlib.sha256("\0".join(str(getattr(self, name)) for name in chosen).encode()).digest()
