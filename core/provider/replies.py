"""Replicate's replies in Easel's terms: the state in a prediction's JSON, the cause of an error."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, TypeGuard
from urllib.parse import urlsplit

from core.charges import Charge
from core.ends import End
from core.failures import FailureCode
from core.models import Phase, Status


class Prediction(NamedTuple):
    """The state of a prediction, with a `url` only if succeeded and an `error` only if failed."""

    status: Status
    url: str | None = None
    error: FailureCode | None = None
    phase: Phase | None = None
    charge: Charge | None = None
    seconds: float | None = None
    """How long the run took, by the provider's clock."""

    @property
    def end(self) -> End | None:
        """The end of the prediction's generation; None while it runs."""
        if not self.status.is_terminal:
            return None
        return End(self.status, self.url, self.error, self.charge or Charge.UNKNOWN, self.seconds)


PROCESSING = Prediction(Status.PROCESSING)
MAX_URL_LENGTH = 4000

# Parts of the error texts of failed predictions, in lower case, under their cause.
_FAILURE_TEXTS = {
    FailureCode.MODERATED: (
        "e005",
        "flagged as sensitive",
        "safety system",
        "moderation",
        "content policy",
    ),
    FailureCode.PROVIDER_BUSY: (
        "e003",
        "high demand",
        "e004",
        "unavailable",
        "e6716",
        "interrupted",
        "rate limit",
        "overloaded",
    ),
    FailureCode.PROVIDER_BILLING: (
        "billing",
        "insufficient credit",
        "insufficient_quota",
        "spend limit",
        "quota",
    ),
    FailureCode.PROVIDER_REJECTED: (
        "must be verified",
        "api key",
        "validation failed",
        "unauthorized",
    ),
}

_REFUSALS = {
    401: FailureCode.PROVIDER_REJECTED,
    402: FailureCode.PROVIDER_BILLING,
    422: FailureCode.PROVIDER_REJECTED,
    429: FailureCode.PROVIDER_BUSY,
    503: FailureCode.PROVIDER_BUSY,
}


def read_prediction(reply: Mapping[str, Any]) -> Prediction:  # noqa: PLR0911  (one per status)
    """The state in a prediction's JSON. An unknown status counts as processing."""
    match reply.get("status"):
        case "succeeded":
            url = _image_url(reply.get("output"))
            if url:
                return Prediction(Status.SUCCEEDED, url, charge=Charge.CHARGED, seconds=_seconds(reply))
            return _failed(FailureCode.PROVIDER_ERROR, Charge.UNKNOWN)
        case "failed":
            return _failed(failure_of_text(reply.get("error")), Charge.UNKNOWN)
        case "canceled":  # after the start
            return _failed(FailureCode.CANCELED, Charge.CHARGED)
        case "aborted":  # before the start
            return _failed(FailureCode.CANCELED, Charge.NOT_CHARGED)
        case "starting":
            return PROCESSING._replace(phase=Phase.STARTING)
        case "processing":
            return PROCESSING._replace(phase=Phase.DRAWING)
        case _:
            return PROCESSING


def _failed(code: FailureCode, charge: Charge) -> Prediction:
    return Prediction(Status.FAILED, error=code, charge=charge)


def _seconds(reply: Mapping[str, Any]) -> float | None:
    try:
        created, completed = (datetime.fromisoformat(reply[name]) for name in ("created_at", "completed_at"))
        return max(0.0, (completed - created).total_seconds())
    except (KeyError, TypeError, ValueError):
        return None


def failure_of_text(text: object) -> FailureCode:
    """The cause in a failed prediction's `error`; `PROVIDER_ERROR` for an unknown text."""
    lowered = str(text or "").lower()
    for code, parts in _FAILURE_TEXTS.items():
        if any(part in lowered for part in parts):
            return code
    return FailureCode.PROVIDER_ERROR


def failure_of_status(status: int) -> FailureCode:
    """The cause of an HTTP error status; `PROVIDER_ERROR` for an unknown status."""
    return _REFUSALS.get(status, FailureCode.PROVIDER_ERROR)


def _image_url(output: object) -> str | None:
    """The first http(s) address in an output, which is a list, a string or null."""
    candidates = output if isinstance(output, list) else [output]
    return next((candidate for candidate in candidates if _is_http_url(candidate)), None)


def _is_http_url(candidate: object) -> TypeGuard[str]:
    # Unprintable characters, such as NUL and half a surrogate pair, cannot be stored.
    if not isinstance(candidate, str) or len(candidate) > MAX_URL_LENGTH or not candidate.isprintable():
        return False
    try:
        parts = urlsplit(candidate)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)
