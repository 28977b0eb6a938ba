"""A person's pictures, newest first. The browser reads them from the API, page by page."""

from nicegui import ui


class Gallery(ui.element, component="gallery.js"):
    """The list of pictures under its heading, with a viewer."""

    def __init__(self) -> None:
        super().__init__()
        self.props["changes"] = 0

    def refresh(self) -> None:
        """Have the browser read the newest pictures again, after a run has started or ended."""
        self.props["changes"] += 1
