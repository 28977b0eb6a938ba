"""Why a generation failed: a stable code for programs, a sentence for people, and whether it was charged."""

from enum import StrEnum
from typing import NamedTuple

from core.charges import Charge
from core.sentences import Sentence, joined


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
    def sentence(self) -> Sentence:
        """The reason and the next step, in words for the person who pressed Generate."""
        return _SENTENCES[self]


class Failure(NamedTuple):
    """The reason why a generation failed, and whether it was charged all the same."""

    code: FailureCode
    charge: Charge

    @property
    def sentence(self) -> str:
        """The reason, the next step, the charge, and whether a picture may still arrive."""
        return joined(*self.sentences)

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """The same, one by one."""
        late = (_LATE,) if self.is_unresolved else ()
        return (self.code.sentence, self.charge.sentence, *late)

    @property
    def is_unresolved(self) -> bool:
        """Whether Easel stopped waiting without knowing how the prediction ended."""
        return self.code is FailureCode.TIMED_OUT and self.charge is Charge.UNKNOWN


_LATE = Sentence("Should the picture still arrive, it will be among your pictures.")

_SENTENCES = {
    FailureCode.MODERATED: Sentence(
        "The image model's safety filter stopped this one. "
        "It can be over-careful: rewording the prompt often helps."
    ),
    FailureCode.PROVIDER_BUSY: Sentence("The image service is very busy. Please try again in a minute."),
    FailureCode.PROVIDER_BILLING: Sentence(
        "The image service's account is out of credit. Please tell whoever runs this site."
    ),
    FailureCode.PROVIDER_REJECTED: Sentence(
        "The image service did not accept this site's request. "
        "Please tell whoever runs this site, then try again."
    ),
    FailureCode.TIMED_OUT: Sentence("The picture took too long, so we stopped waiting. Please try again."),
    FailureCode.CANCELED: Sentence("You canceled this. Your prompt is still here."),
    FailureCode.PROVIDER_ERROR: Sentence("The image service could not make this picture. Please try again."),
}
