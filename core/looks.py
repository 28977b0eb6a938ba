"""The result of asking the provider how a generation stands."""

from typing import NamedTuple

from core.ends import End
from core.models import Generation, Phase


class Look(NamedTuple):
    """A generation (with its prediction's id, if just found), its end and its phase at the provider.

    `end` is None while the prediction runs or is unknown; `phase` is None where the provider names none.
    """

    generation: Generation
    end: End | None = None
    phase: Phase | None = None
