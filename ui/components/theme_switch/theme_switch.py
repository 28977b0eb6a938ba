"""The theme switch: system, light, dark."""

from nicegui import ui

from ui.icons import icon


class ThemeSwitch(ui.element, component="theme_switch.js"):
    """The button that changes to the next theme."""

    def __init__(self) -> None:
        super().__init__()
        with self:
            icon("theme")
