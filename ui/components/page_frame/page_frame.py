"""The frame of a page: progress bar, header, main landmark. It draws itself, so it is one element only."""

from nicegui import ui


class PageFrame(ui.element, component="page_frame.js"):
    """Surrounds the elements that are made inside its `with` block."""

    def __init__(self, *, person_name: str | None, heading: str, notice: str) -> None:
        """`person_name` is None where nobody is signed in; an empty heading or notice is left out."""
        super().__init__()
        self.props.update({"person": person_name, "heading": heading, "notice": notice})

    def show_running(self, is_running: bool) -> None:
        """Have the progress bar at the top move while a picture is made."""
        self.props["running"] = is_running
