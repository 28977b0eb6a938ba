"""Keyboard shortcuts, and the button that opens their list."""

from nicegui import ui

from ui.icons import icon

_ROWS = (
    ("Ctrl Enter", "Generate (⌘ Enter on a Mac)"),
    ("/", "Go to the prompt"),
    ("g", "Go to your pictures"),
    ("← →", "Step through the pictures, when one is open"),
    ("t", "Next theme: system, light, dark"),
    ("Esc", "Close what is open"),
    ("?", "This list"),
)


class Shortcuts(ui.element, component="shortcuts.js"):
    """The button that opens the list of shortcuts; the shortcuts work while it is on the page."""

    def __init__(self) -> None:
        super().__init__()
        self.props["rows"] = _ROWS
        with self:
            icon("keyboard")
