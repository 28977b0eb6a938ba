"""Whether a generation was charged: said with every failure and every cancel."""

from enum import StrEnum


class Charge(StrEnum):
    """Whether the provider took money for a generation."""

    CHARGED = "charged"
    NOT_CHARGED = "not_charged"
    UNKNOWN = "unknown"

    @property
    def sentence(self) -> str:
        """The charge in words for the person."""
        return _SENTENCES[self]


_SENTENCES = {
    Charge.CHARGED: "It was charged.",
    Charge.NOT_CHARGED: "Nothing was charged.",
    Charge.UNKNOWN: "We cannot tell whether it was charged.",
}
