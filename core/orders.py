"""An order: everything that decides what is drawn and what it costs."""

import hashlib
from dataclasses import dataclass, fields

_THE_HOSTS_CHOICE = frozenset({"model", "quality"})


@dataclass(frozen=True)
class Order:
    """The order of a picture. Each field is a column of `generations` with the same name.

    `quality` is None for a model without that input, and in rows of versions that did not store it.
    """

    prompt: str
    model: str
    quality: str | None = None

    @property
    def fingerprint(self) -> bytes:
        """A SHA-256 hash of the person's choices, without the settings', which may change between repeats."""
        chosen = "\0".join(str(getattr(self, name)) for name in choices())
        return hashlib.sha256(chosen.encode()).digest()


def choices() -> list[str]:
    """The names of the fields that a person chooses; the settings choose the others."""
    return [field.name for field in fields(Order) if field.name not in _THE_HOSTS_CHOICE]
