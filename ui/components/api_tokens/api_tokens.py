"""A person's API tokens. The browser makes, lists and revokes them by the API: none passes through a page."""

from nicegui import ui


class ApiTokens(ui.element, component="api_tokens.js"):
    """The list of tokens under its heading, and a form for a new one."""

    def __init__(self, *, public_url: str) -> None:
        """`public_url` is the address that programs use."""
        super().__init__()
        self.props["publicUrl"] = public_url
