"""Whether a person may start a generation: the one door for real credits, which replace this function."""

from uuid import UUID


async def check_user_has_credits(owner_id: UUID) -> bool:  # noqa: ARG001  (real credits need it)
    """True for now; a False is answered with 402 `NO_CREDITS`."""
    return True
