"""An icon as an element of a page."""

from nicegui import ui


class Icon(ui.element, component="inline_icon.js"):
    """The icon of that name in `ui/icons.py`."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.props["name"] = name
