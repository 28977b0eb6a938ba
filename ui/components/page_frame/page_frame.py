"""The frame of a page: progress bar, header, main landmark. It draws itself, so it is one element only."""

from collections.abc import Callable

from nicegui import ui
from nicegui.events import GenericEventArguments

from ui.languages import names_of_languages


class PageFrame(ui.element, component="page_frame.js"):
    """Surrounds the elements that are made inside its `with` block."""

    def __init__(
        self, *, person_name: str | None, is_admin: bool, heading: str, chip: dict[str, str] | None
    ) -> None:
        """`person_name` is None where nobody is signed in; `chip` has a word and its sentence."""
        super().__init__()
        self.props.update({"person": person_name, "isAdmin": is_admin, "heading": heading, "chip": chip})
        self.props["languages"] = names_of_languages()

    def on_hide(self, handler: Callable[[bool], None]) -> None:
        """Call `handler` with true when the page is hidden in the browser, and false when it is shown."""

        def on_visibility(event: GenericEventArguments) -> None:
            handler(event.args is True)

        self.on("hide", on_visibility)

    def show_running(self, is_running: bool) -> None:
        """Have the progress bar at the top move while a picture is made."""
        self.props["running"] = is_running
