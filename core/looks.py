"""What a look at the provider shows."""

from typing import NamedTuple

from core.ends import End
from core.models import Generation, Phase


class Look(NamedTuple):
    """A generation, with its prediction's id if that has just been found, and where it stands.

    `end` is None while it runs, or while nobody knows; `phase` is None where the provider names none.
    """

    generation: Generation
    end: End | None = None
    phase: Phase | None = None
