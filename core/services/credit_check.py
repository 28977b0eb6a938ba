"""Whether a person has credits for a generation. Real credits replace this function and nothing else."""

from uuid import UUID


async def check_user_has_credits(owner_id: UUID) -> bool:  # noqa: ARG001  (real credits need it)
    """Always True for now; False makes a submit raise `NoCredits` (402)."""
    return True
