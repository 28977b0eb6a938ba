"""Why a generation failed: a stable code for programs, a sentence for people, and whether it was charged."""

from enum import StrEnum
from typing import NamedTuple

from core.charges import Charge


class FailureCode(StrEnum):
    """The reason why a generation has no picture."""

    MODERATED = "MODERATED"
    PROVIDER_BUSY = "PROVIDER_BUSY"
    PROVIDER_BILLING = "PROVIDER_BILLING"
    PROVIDER_REJECTED = "PROVIDER_REJECTED"
    TIMED_OUT = "TIMED_OUT"
    CANCELED = "CANCELED"
    PROVIDER_ERROR = "PROVIDER_ERROR"

    @property
    def sentence(self) -> str:
        """The reason and the next step, in words for the person who pressed Generate."""
        return _SENTENCES[self]


class Failure(NamedTuple):
    """The reason why a generation failed, and whether it was charged all the same."""

    code: FailureCode
    charge: Charge

    @property
    def sentence(self) -> str:
        """The reason, the next step, the charge, and whether a picture may still arrive."""
        late = f" {_LATE}" if self.is_unresolved else ""
        return f"{self.code.sentence} {self.charge.sentence}{late}"

    @property
    def is_unresolved(self) -> bool:
        """Whether Easel stopped waiting without knowing how the prediction ended."""
        return self.code is FailureCode.TIMED_OUT and self.charge is Charge.UNKNOWN


_LATE = "Should the picture still arrive, it will be among your pictures."

_SENTENCES = {
    FailureCode.MODERATED: (
        "The image model's safety filter stopped this one. "
        "It can be over-careful: rewording the prompt often helps."
    ),
    FailureCode.PROVIDER_BUSY: "The image service is very busy. Please try again in a minute.",
    FailureCode.PROVIDER_BILLING: (
        "The image service's account is out of credit. Please tell whoever runs this site."
    ),
    FailureCode.PROVIDER_REJECTED: (
        "The image service did not accept this site's request. "
        "Please tell whoever runs this site, then try again."
    ),
    FailureCode.TIMED_OUT: "The picture took too long, so we stopped waiting. Please try again.",
    FailureCode.CANCELED: "You canceled this. Your prompt is still here.",
    FailureCode.PROVIDER_ERROR: "The image service could not make this picture. Please try again.",
}
