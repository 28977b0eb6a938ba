"""The progress bar at the top of every page."""

from nicegui import ui


class TopBar(ui.element, component="top_bar.js"):
    """The bar moves while a page loads, or while a picture is made."""

    def show_running(self, is_running: bool) -> None:
        """Have the bar move while a picture is made."""
        self.props["running"] = is_running
