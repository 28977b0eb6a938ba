"""What a person may do with all that is theirs: take it with them, and have it deleted."""

from collections.abc import Sequence

from nicegui import ui

from core.services import CONFIRMATION
from core.sign_in.step_up import WayIn

DELETION = "delete-title"
"""Where on the page it is: whoever has signed in for it comes back there."""


class AccountData(ui.element, component="account_data.js"):
    """A link to the export, and a form that deletes the account.

    In place of the form are the ways to sign in anew, unless the sign-in `is_recent`; `problem` says why the
    last attempt at that has failed.
    """

    def __init__(self, *, is_recent: bool, ways_in: Sequence[WayIn], problem: str) -> None:
        super().__init__()
        self.props["confirmation"] = CONFIRMATION
        self.props["is-recent"] = is_recent
        self.props["ways-in"] = [way._asdict() for way in ways_in]
        self.props["refusal"] = problem
