"""What a person may do with all that is theirs: take it with them, and have it deleted."""

from nicegui import ui

from core.services import CONFIRMATION


class AccountData(ui.element, component="account_data.js"):
    """A link to the export, and a form that deletes the account."""

    def __init__(self) -> None:
        super().__init__()
        self.props["confirmation"] = CONFIRMATION
