"""The browsers in which a person is signed in. The browser lists and ends them by the API."""

from nicegui import ui


class Sessions(ui.element, component="sessions.js"):
    """The list, with a button for each, and one for all others."""
