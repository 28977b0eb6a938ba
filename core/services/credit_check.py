"""Whether a person may start a generation. A later phase puts real credits here."""

from uuid import UUID


async def check_user_has_credits(owner_id: UUID) -> bool:  # noqa: ARG001
    """True for now; a False is answered with 402 `NO_CREDITS`."""
    return True
