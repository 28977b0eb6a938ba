"""The end of a generation: as the provider reports it, or as Easel decides it."""

from typing import NamedTuple

from core.charges import Charge
from core.failures import FailureCode
from core.models import Status


class End(NamedTuple):
    """A terminal `status`, with a `url` only if succeeded and a `failure` only if failed."""

    status: Status
    url: str | None = None
    failure: FailureCode | None = None
    charge: Charge = Charge.UNKNOWN
    seconds: float | None = None
    """How long the run took, by the provider's clock; None where the provider does not say."""

    @property
    def is_success(self) -> bool:
        """Whether there is a picture."""
        return self.status is Status.SUCCEEDED


def failed(code: FailureCode, charge: Charge) -> End:
    """The end of a generation without a picture, for the reason `code`."""
    return End(Status.FAILED, failure=code, charge=charge)
