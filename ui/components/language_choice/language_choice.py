"""The choice of a language as a part of a page: on a phone the header has no room for it."""

from nicegui import ui

from ui.languages import names_of_languages


class LanguageChoice(ui.element, component="language_choice.js"):
    """The menu of languages under its heading."""

    def __init__(self) -> None:
        super().__init__()
        self.props["languages"] = names_of_languages()
