"""The error tree: every error that a caller can meet, with its HTTP status, code and sentence.

EaselError
 ├─ ValidationFailed         400 VALIDATION_ERROR
 ├─ Unauthenticated          401 UNAUTHENTICATED
 ├─ NoCredits                402 NO_CREDITS
 ├─ BudgetReached            402 BUDGET_REACHED
 ├─ Forbidden                403 FORBIDDEN
 ├─ SignInTooOld             403 FORBIDDEN
 ├─ NotFound                 404 NOT_FOUND
 ├─ MethodNotAllowed         405 METHOD_NOT_ALLOWED
 ├─ RequestTimedOut          408 REQUEST_TIMEOUT
 ├─ GenerationInFlight       409 GENERATION_IN_FLIGHT
 ├─ IdempotencyConflict      409 IDEMPOTENCY_CONFLICT
 ├─ PayloadTooLarge          413 PAYLOAD_TOO_LARGE
 ├─ UnsupportedMediaType     415 UNSUPPORTED_MEDIA_TYPE
 ├─ RateLimited              429 RATE_LIMITED
 ├─ InternalError            500 INTERNAL_ERROR
 ├─ ProviderFailed           502 PROVIDER_ERROR
 ├─ CancelNotConfirmed       502 PROVIDER_ERROR
 ├─ ServiceUnavailable       503 SERVICE_UNAVAILABLE
 └─ Paused                   503 PAUSED
ConfigurationError           ends the start of the program
 └─ DatabaseAway             ends it too, but a later start may succeed
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from core.charges import Charge
from core.failures import FailureCode
from core.sentences import Sentence, joined


class EaselError(Exception):
    """An error with a sentence for the person and a stable code for programs.

    `sentences` replace the class's own; `details` is the `details` of the API's error.
    """

    status: ClassVar[int]
    code: ClassVar[str]
    message: str = ""
    retry_after_seconds: int | None = None
    """When it makes sense to ask again, where that is known."""

    def __init__(self, *sentences: Sentence | None, details: dict[str, Any] | None = None) -> None:
        self.sentences = tuple(each for each in sentences if each) or (Sentence(type(self).message),)
        self.message = joined(*self.sentences)
        self.details = details
        super().__init__(self.message)

    @property
    def headers(self) -> dict[str, str]:
        """HTTP headers that belong to the answer."""
        return {} if self.retry_after_seconds is None else {"Retry-After": str(self.retry_after_seconds)}


class ValidationFailed(EaselError):
    """Input that is not accepted, with sentences for each field and for the form as a whole."""

    status = 400
    code = "VALIDATION_ERROR"
    message = Sentence("Please check what you entered.")

    def __init__(
        self,
        message: Sentence | None = None,
        *,
        form_errors: Sequence[str] | None = None,
        field_errors: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        details = {"formErrors": form_errors or [], "fieldErrors": field_errors or {}}
        super().__init__(message, details=details)
        first = next((problems for problems in (field_errors or {}).values() if problems), form_errors)
        self.sentence = first[0] if first else self.message
        """The first of the problems, for the person."""


class Unauthenticated(EaselError):
    """A request without a valid login session or API token."""

    status = 401
    code = "UNAUTHENTICATED"
    message = Sentence("Please sign in.")

    @property
    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": 'Bearer realm="Easel"'}  # as RFC 9110 wants of every 401


class NoCredits(EaselError):
    """A submit by a person without credits."""

    status = 402
    code = "NO_CREDITS"
    message = Sentence("Upgrade or wait for reset.")


class BudgetReached(EaselError):
    """A submit that could cost more than the whole installation may spend this month."""

    status = 402
    code = "BUDGET_REACHED"
    message = Sentence("This month's budget for pictures is spent. It begins anew next month.")


class Forbidden(EaselError):
    """A change that a page of another site asks for, or what an API token may not do."""

    status = 403
    code = "FORBIDDEN"
    message = Sentence("This request came from another site, so it was refused.")


class SignInTooOld(EaselError):
    """An act that wants somebody who has signed in just now, in this very browser."""

    status = 403
    code = "FORBIDDEN"
    message = Sentence("Please sign in again first: this takes a sign-in of the last 10 minutes.")

    def __init__(self) -> None:
        super().__init__(details={"cause": "SIGN_IN_TOO_OLD"})


class NotFound(EaselError):
    """An unknown address, or an id that does not exist or belongs to another owner."""

    status = 404
    code = "NOT_FOUND"
    message = Sentence("There is nothing here.")


class MethodNotAllowed(EaselError):
    """A known address with an HTTP method that it does not have."""

    status = 405
    code = "METHOD_NOT_ALLOWED"
    message = Sentence("This address does not answer that method.")

    def __init__(self, allowed: str) -> None:
        """`allowed` is the value of an `Allow` header; GET in it allows HEAD too."""
        super().__init__()
        methods = set(allowed.split(", "))
        self.allowed = methods | {"HEAD"} if "GET" in methods else methods

    @property
    def headers(self) -> dict[str, str]:
        return {"Allow": ", ".join(sorted(self.allowed))}


class RequestTimedOut(EaselError):
    """A request whose body does not arrive in time."""

    status = 408
    code = "REQUEST_TIMEOUT"
    message = Sentence("The request did not arrive in time. Please send it again.")


class GenerationInFlight(EaselError):
    """An act that has to wait until the owner's running generation has ended."""

    status = 409
    code = "GENERATION_IN_FLIGHT"
    message = Sentence("Please wait until the current generation completes.")

    def __init__(
        self, message: Sentence | None = None, *, running: UUID | None = None, poll_in: float = 1.0
    ) -> None:
        """`running` is None if it has just ended; reading it makes sense in `poll_in` seconds."""
        super().__init__(message, details={"id": str(running)} if running else None)
        self.retry_after_seconds = max(1, math.ceil(poll_in))


class IdempotencyConflict(EaselError):
    """An `Idempotency-Key` that has been used for another order."""

    status = 409
    code = "IDEMPOTENCY_CONFLICT"
    message = Sentence("This Idempotency-Key has been used with another prompt. Please use a new key.")


class PayloadTooLarge(EaselError):
    """A request whose body is too large."""

    status = 413
    code = "PAYLOAD_TOO_LARGE"
    message = Sentence("That is more than this address accepts.")


class UnsupportedMediaType(EaselError):
    """A request whose body is not JSON."""

    status = 415
    code = "UNSUPPORTED_MEDIA_TYPE"
    message = Sentence("Please send JSON, with the header Content-Type: application/json.")


class RateLimited(EaselError):
    """More requests than one person or address may send."""

    status = 429
    code = "RATE_LIMITED"
    message = Sentence("That was a little too fast. Please wait a moment, and try again.")

    def __init__(
        self, retry_after_seconds: int, fields: dict[str, str], message: Sentence | None = None
    ) -> None:
        """`fields` are the headers that tell the limit."""
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds
        self._fields = fields

    @property
    def headers(self) -> dict[str, str]:
        return super().headers | self._fields


class InternalError(EaselError):
    """An error that nobody expected."""

    status = 500
    code = "INTERNAL_ERROR"
    message = Sentence("Something went wrong on our side. It has been logged.")


class ProviderFailed(EaselError):
    """The provider refused a submit or was not reached: nothing was started, nothing was charged."""

    status = 502
    code = "PROVIDER_ERROR"

    def __init__(self, cause: FailureCode) -> None:
        super().__init__(cause.sentence, Charge.NOT_CHARGED.sentence, details={"cause": cause.value})
        self.cause = cause


class CancelNotConfirmed(EaselError):
    """The provider did not confirm a cancel, so the generation may still run and be charged."""

    status = 502
    code = "PROVIDER_ERROR"
    message = Sentence("The image service has not confirmed the cancel yet. Easel goes on asking for it.")

    def __init__(self) -> None:
        super().__init__(details={"cause": FailureCode.PROVIDER_ERROR.value})


class ServiceUnavailable(EaselError):
    """The database, or the picture store, does not answer."""

    status = 503
    code = "SERVICE_UNAVAILABLE"
    message = Sentence("Easel cannot reach its database at the moment. Please try again in a few seconds.")
    retry_after_seconds = 5


class Paused(EaselError):
    """A submit while an administrator has stopped new generations."""

    status = 503
    code = "PAUSED"
    message = Sentence("New pictures are paused at the moment. Please try again later.")
    retry_after_seconds = 60


class ConfigurationError(Exception):
    """The program cannot start with these settings; `problems` has one line for each thing to mend."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class DatabaseAway(ConfigurationError):
    """The database does not answer at the moment: the same start may succeed later."""
