"""The switch of the theme: the system's, light, dark."""

from nicegui import ui

from ui.icons import icon


class ThemeSwitch(ui.element, component="theme_switch.js"):
    def __init__(self) -> None:
        super().__init__()
        with self:
            icon("theme")
