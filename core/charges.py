"""Whether a generation was charged: said with every failure and every cancel."""

from enum import StrEnum

from core.sentences import Sentence


class Charge(StrEnum):
    """Whether the provider took money for a generation."""

    CHARGED = "charged"
    NOT_CHARGED = "not_charged"
    UNKNOWN = "unknown"

    @property
    def sentence(self) -> Sentence:
        """The charge in words for the person."""
        return _SENTENCES[self]


_SENTENCES = {
    Charge.CHARGED: Sentence("It was charged."),
    Charge.NOT_CHARGED: Sentence("Nothing was charged."),
    Charge.UNKNOWN: Sentence("We cannot tell whether it was charged."),
}
