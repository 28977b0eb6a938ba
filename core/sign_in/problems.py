"""The ways in which a sign-in can fail: a code for the address and the log, a sentence for the person."""

from enum import StrEnum

from core.sentences import Sentence


class NotVerified(Exception):
    """The provider's answer does not identify a person. Its text is a constant: it reaches the log."""


class SignInProblem(StrEnum):
    """The reason why a sign-in failed."""

    CANCELED = "SIGN_IN_CANCELED"
    EXPIRED = "SIGN_IN_EXPIRED"
    UNAVAILABLE = "SIGN_IN_UNAVAILABLE"
    FAILED = "SIGN_IN_FAILED"
    NOT_ADMITTED = "SIGN_IN_NOT_ADMITTED"
    BLOCKED = "SIGN_IN_BLOCKED"
    UNKNOWN_PROVIDER = "SIGN_IN_UNKNOWN_PROVIDER"
    ENDED = "SIGN_IN_ENDED"
    """No failure: a page was left because its login session is over."""

    @property
    def sentence(self) -> Sentence:
        """The reason and the next step, in words for the person."""
        return _SENTENCES[self]


_SENTENCES = {
    SignInProblem.CANCELED: Sentence("You did not finish signing in. Try again whenever you like."),
    SignInProblem.EXPIRED: Sentence(
        "That sign-in had expired or was started in another tab. Please try again."
    ),
    SignInProblem.UNAVAILABLE: Sentence("The sign-in service did not answer. Please try again in a minute."),
    SignInProblem.FAILED: Sentence("The sign-in could not be verified. Please try again."),
    SignInProblem.NOT_ADMITTED: Sentence(
        "This account may not come in here. Please use another, or ask whoever runs this site."
    ),
    SignInProblem.BLOCKED: Sentence("This account has been blocked here. Please ask whoever runs this site."),
    SignInProblem.ENDED: Sentence("Your sign-in has ended. Please sign in again."),
    SignInProblem.UNKNOWN_PROVIDER: Sentence(
        "That way to sign in is not offered here. Please choose another."
    ),
}


def sentence_for(code: str | None) -> Sentence | None:
    """The sentence of a code in the address; None without a code, or for an unknown one."""
    if code not in set(SignInProblem):
        return None
    return SignInProblem(code).sentence
