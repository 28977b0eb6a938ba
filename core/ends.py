"""How a generation ended: the provider's word for it, or Easel's own verdict."""

from typing import NamedTuple

from core.charges import Charge
from core.failures import FailureCode
from core.models import Status


class End(NamedTuple):
    """A terminal `status`; `url` only when succeeded, `failure` only when failed."""

    status: Status
    url: str | None = None
    failure: FailureCode | None = None
    charge: Charge = Charge.UNKNOWN
    seconds: float | None = None
    """How long the run took, by the provider's clock; None where the provider does not say."""

    @property
    def is_success(self) -> bool:
        return self.status is Status.SUCCEEDED


def failed(code: FailureCode, charge: Charge) -> End:
    """The end of a generation without a picture."""
    return End(Status.FAILED, failure=code, charge=charge)
