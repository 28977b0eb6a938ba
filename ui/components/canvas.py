"""The canvas: an empty sheet, a sheet being painted, the picture, or why there is none."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from nicegui import ui

from core.failures import FailureCode
from core.logs import request_id
from core.models import Generation, Phase
from core.services import Progress
from ui.components.elements import Text, box, button, link
from ui.icons import icon

_TITLES: dict[str, str] = {
    FailureCode.MODERATED: "Stopped by the safety filter",
    FailureCode.CANCELED: "Canceled",
    FailureCode.TIMED_OUT: "That took too long",
}
PHASES = {
    Phase.WAITING: "Waiting",
    Phase.STARTING: "Starting",
    Phase.DRAWING: "Drawing",
    Phase.SAVING: "Saving",
}


NOT_KEPT = (
    "Not kept yet: Easel has not been able to store this picture."
    " The image service deletes it within an hour."
)
LOST = "This picture could not be kept, and the image service has deleted it by now."


class Canvas:
    """Shows one thing at a time; `data-state` tells the browser's side which."""

    def __init__(self, on_try_again: Callable[[], None], on_cancel: Callable[[], Awaitable[None]]) -> None:
        self._on_try_again = on_try_again
        self._on_cancel = on_cancel
        self._phases: dict[Phase, Text] = {}
        self.not_kept: UUID | None = None
        """The generation whose picture is shown from the provider, as we have no copy yet."""
        with box("section", "easel").props('aria-label="Picture" id="run-state"') as self._section:
            self._canvas = box("div", "canvas")
            self._foot = box("div", "picture-foot")

    def show_empty(self) -> None:
        with self._sheet("sheet", state=""):
            icon("easel")
            Text("h2", "Your picture appears here")
            Text("p", "Say what it shows, and how: the light, the mood, the style.", classes="lead")

    def show_running(self, phase: Phase, progress: Progress) -> None:
        with self._sheet("sheet sheet--running", state="running"), box("div", "run") as run:
            run.props["data-age-ms"] = str(round(progress.age_seconds * 1000))
            if progress.estimate:
                low, high = progress.estimate
                run.props["data-low"], run.props["data-high"] = str(low), str(high)
            icon("brush")
            Text("h2", "Painting your picture")
            with box("ol", "run__phases"):
                self._phases = {phase: Text("li", name) for phase, name in PHASES.items()}
            bar = box("div", "run__bar").props('role="progressbar" aria-label="Progress"')
            bar.props["aria-valuemin"], bar.props["aria-valuemax"] = "0", "100"
            with box("p", "run__times"):
                Text("span", "0:00", classes="clock")
                Text("span", "", classes="estimate")
            with box("div", "run__actions"):
                self._cancel = button("Cancel", self._on_cancel, marker="cancel")
                with box("button", "button button--quiet notify-switch").props('type="button"'):
                    Text("span", "Notify me when it is done")
            Text("p", "You can leave this page: it goes on without you.", classes="small")
        self.show_phase(phase)

    def show_phase(self, phase: Phase, *, is_canceling: bool = False) -> None:
        """Mark the phase that the run is in, in place."""
        for each, element in self._phases.items():
            element.props.set_optional("aria-current", "step" if each is phase else None)
        can_cancel = phase in {Phase.STARTING, Phase.DRAWING} and not is_canceling
        self._cancel.set_enabled(can_cancel)
        self._cancel.set_text("Canceling …" if is_canceling else "Cancel")

    def show_picture(self, generation: Generation) -> None:
        """From our own store; from the provider when the copy is not there yet."""
        url = picture_path(generation) or generation.result_url or ""
        with self._sheet("sheet sheet--picture", state="done"):
            picture = box("img", "picture").mark("picture")
            picture.props["src"] = url
            picture.props["alt"] = generation.prompt
            if generation.picture_width and generation.picture_height:
                picture.props["width"] = str(generation.picture_width)
                picture.props["height"] = str(generation.picture_height)
        with self._foot:
            if generation.needs_storing:
                self._show_not_kept(generation)
            Text("p", generation.prompt, classes="caption")
            link("Open full size", url, "button", icon_name="open").props('target="_blank" rel="noopener"')
            if generation.stored_at:
                _download_link(generation, url)

    def show_lost(self) -> None:
        """Beside the picture, which only this page still has."""
        self.not_kept = None
        self._note.clear()
        with self._note:
            Text("p", LOST)

    def _show_not_kept(self, generation: Generation) -> None:
        self.not_kept = generation.id
        self._note = box("div", "not-kept").props('role="status"')
        with self._note:
            Text("p", NOT_KEPT)
            now = link("Download it now", generation.result_url or "", "button", icon_name="download")
            now.props('download target="_blank" rel="noopener noreferrer"').mark("download-now")

    def show_failure(self, code: str, sentence: str) -> None:
        """`sentence` says what happened, what to do, and whether it was charged."""
        with self._sheet("sheet", state="failed").props('role="alert"'):
            icon("warning")
            Text("h2", _TITLES.get(code, "No picture this time"))
            Text("p", sentence, classes="lead")
            button("Try again", self._on_try_again, classes="button--primary", marker="try-again")
            Text("p", f"{code} · {request_id.get()}", classes="small")

    def _sheet(self, classes: str, *, state: str) -> ui.element:
        self._section.props["data-state"] = state
        self._canvas.clear()
        self._foot.clear()
        self._phases = {}
        self.not_kept = None
        with self._canvas:
            return box("div", classes)


def _download_link(generation: Generation, url: str) -> None:
    """The browser's side names the file, as it does in the gallery."""
    element = link("Download", url, "button", icon_name="download")
    element.props["download"] = ""
    element.props["data-prompt"] = generation.prompt
    element.props["data-type"] = generation.picture_type or ""


def picture_path(generation: Generation) -> str | None:
    return f"/api/v1/generations/{generation.id}/image" if generation.stored_at else None
