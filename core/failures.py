"""Why a generation failed: one stable code for programs and one sentence for people."""

from enum import StrEnum


class FailureCode(StrEnum):
    MODERATED = "MODERATED"
    PROVIDER_BUSY = "PROVIDER_BUSY"
    PROVIDER_BILLING = "PROVIDER_BILLING"
    PROVIDER_REJECTED = "PROVIDER_REJECTED"
    TIMED_OUT = "TIMED_OUT"
    CANCELED = "CANCELED"
    PROVIDER_ERROR = "PROVIDER_ERROR"

    @property
    def sentence(self) -> str:
        """What happened and what to do next, in words for the person who pressed Generate."""
        return _SENTENCES[self]


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
    FailureCode.CANCELED: "The generation was canceled. Your prompt is still here.",
    FailureCode.PROVIDER_ERROR: "The image service could not make this picture. Please try again.",
}
