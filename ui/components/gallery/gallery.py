"""A person's pictures, newest first. The browser reads them from the API, page by page."""

from nicegui import ui

from ui.components.elements import Text, box


class Gallery(ui.element, component="gallery.js"):
    """The list of pictures, with a viewer."""

    def __init__(self) -> None:
        super().__init__()
        self.props["changes"] = 0

    def refresh(self) -> None:
        """Have the browser read the newest pictures again, after a run has started or ended."""
        self.props["changes"] += 1


def pictures_section() -> Gallery:
    """A section of the page with its heading; returns the gallery in it."""
    with box("section", "pictures").props('aria-labelledby="pictures-title"'):
        Text("h2", "Your pictures").props('id="pictures-title"')
        return Gallery()
