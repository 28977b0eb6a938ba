"""The progress bar at the top of every page."""

from nicegui import ui


class TopBar(ui.element, component="top_bar.js"):
    def show_running(self, is_running: bool) -> None:
        """Move while a picture is being made."""
        self.props["running"] = is_running
