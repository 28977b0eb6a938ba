"""What is written to the audit log: acts of administrators, sign-ins, tokens, exports and deletions."""

from enum import StrEnum


class Act(StrEnum):
    """What somebody did. The target, where there is one, is an id: of a person or a token, or a month."""

    SIGNED_IN = "signed_in"
    SIGN_IN_NOT_ADMITTED = "sign_in_not_admitted"
    SIGN_IN_BLOCKED = "sign_in_blocked"
    TOKEN_MADE = "token_made"  # noqa: S105  (no token)
    TOKEN_REVOKED = "token_revoked"  # noqa: S105  (no token)
    EXPORTED = "exported"
    ACCOUNT_DELETED = "account_deleted"
    PAUSED = "paused"
    RESUMED = "resumed"
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    SESSIONS_ENDED = "sessions_ended"
    MONTH_DOWNLOADED = "month_downloaded"
