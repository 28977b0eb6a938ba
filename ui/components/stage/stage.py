"""The stage: an empty sheet, the progress of a run, the picture, or the reason why there is none."""

from collections.abc import Awaitable, Callable
from uuid import UUID

from nicegui import ui

from core.logs import request_id
from core.services import Estimate, FailureCode, Generation, Phase
from ui.components.elements import Button, Text, box, link
from ui.components.icon import Icon
from ui.components.stage.parts import NotifySwitch, Picture, RunProgress, TryAgain
from ui.words import gettext_noop, t

_TITLES: dict[str, str] = {
    FailureCode.MODERATED: gettext_noop("Stopped by the safety filter"),
    FailureCode.CANCELED: gettext_noop("Canceled"),
    FailureCode.TIMED_OUT: gettext_noop("That took too long"),
}
_NO_PICTURE = gettext_noop("No picture this time")
PHASES = {
    Phase.WAITING: gettext_noop("Waiting"),
    Phase.STARTING: gettext_noop("Starting"),
    Phase.DRAWING: gettext_noop("Drawing"),
    Phase.SAVING: gettext_noop("Saving"),
}

EMPTY = gettext_noop("Your picture appears here")
LEAD = gettext_noop("Say what it shows, and how: the light, the mood, the style.")
NOT_KEPT = gettext_noop(
    "Not kept yet: Easel has not been able to store this picture."
    " The image service deletes it within an hour."
)
UNCERTAIN = gettext_noop(
    "The image service has not confirmed that it received this."
    " Easel is finding out: that takes 90 seconds at most."
)
LOST = gettext_noop("This picture could not be kept, and the image service has deleted it by now.")


class Stage(ui.element, component="stage.js"):
    """Shows one of these at a time; the prop `state` tells the browser which one."""

    def __init__(
        self,
        on_try_again: Callable[[], None],
        on_cancel: Callable[[], Awaitable[None]],
        *,
        is_first_visit: bool,
    ) -> None:
        """The buttons call `on_cancel`, and `on_try_again` just before the browser presses again."""
        super().__init__()
        self._on_try_again = on_try_again
        self._on_cancel = on_cancel
        self._phases: dict[Phase, Text] = {}
        self.not_kept: UUID | None = None
        """The generation whose picture is shown from the provider, because it is not in the store yet."""
        self.props.update({"id": "run-state", "state": "", "phase": "", "prompt": "", "text": ""})
        self.props.update({"lead": t(LEAD), "isFirstVisit": is_first_visit})
        self._foot = self.add_slot("foot")

    def show_empty(self) -> None:
        """Show the empty sheet, when nothing runs and nothing has just ended."""
        self._clear(state="", text=t(EMPTY))

    def show_running(self, generation: Generation, age_seconds: float, estimate: Estimate | None) -> None:
        """Show a run, with its age and the estimate."""
        self.props["prompt"] = generation.prompt
        with self._sheet("sheet sheet--running", state="running"), box("div", "run"):
            Text("p", t("Painting your picture"), classes="run__what")
            Text("h2", generation.prompt, classes="run__prompt").props('dir="auto"')
            RunProgress(age_seconds, estimate)
            with box("ol", "run__phases"):
                self._phases = {phase: Text("li", t(name)) for phase, name in PHASES.items()}
            self._note_on_run = Text("p", classes="run__note small")
            with box("div", "run__actions"):
                self._cancel = Button(t("Cancel"), self._on_cancel).mark("cancel")
                NotifySwitch()
            Text("p", t("You can close this page. We'll keep going."), classes="small")
        self.show_phase(generation.current_phase)

    def show_phase(self, phase: Phase, *, is_canceling: bool = False, is_uncertain: bool = False) -> None:
        """Mark the phase of the run that is shown; Cancel is on only where the provider can cancel.

        `is_uncertain` says that nobody knows yet whether the provider has received it.
        """
        self._note_on_run.set_text(t(UNCERTAIN) if is_uncertain else "")
        self.props["phase"] = t(PHASES[phase])
        for each, element in self._phases.items():
            element.props.set_optional("aria-current", "step" if each is phase else None)
        can_cancel = phase in {Phase.STARTING, Phase.DRAWING} and not is_canceling
        self._cancel.set_enabled(can_cancel)
        self._cancel.set_text(t("Canceling …") if is_canceling else t("Cancel"))

    def show_picture(self, generation: Generation) -> None:
        """Show the picture from the store; until it is there, from the provider, with a notice."""
        url = picture_path(generation) or generation.result_url or ""
        self._clear(state="done")
        with self:
            Picture(generation, src=url).mark("picture")
        if generation.needs_storing:
            with self._foot:
                self._show_not_kept(generation)

    def show_lost(self) -> None:
        """Replace the notice: the picture could not be stored, and only this page still shows it."""
        self.not_kept = None
        self._note.clear()
        with self._note:
            Text("p", t(LOST))

    def _show_not_kept(self, generation: Generation) -> None:
        self.not_kept = generation.id
        self._note = box("div", "not-kept").props('role="status"')
        with self._note:
            Text("p", t(NOT_KEPT))
            now = link(t("Download it now"), generation.result_url or "", "button", icon_name="download")
            now.props('download target="_blank" rel="noopener noreferrer"').mark("download-now")

    def show_failure(self, code: str, sentence: str, *, prompt: str) -> None:
        """Show why there is no picture of `prompt`: `sentence` has the reason, next step and charge."""
        with self._sheet("sheet", state="failed").props('role="alert"'):
            Icon("warning")
            Text("h2", t(_TITLES.get(code, _NO_PICTURE)))
            Text("p", sentence, classes="lead")
            Text("p", prompt, classes="sheet__prompt").props('dir="auto"')
            TryAgain(prompt, self._on_try_again).mark("try-again")
            Text("p", f"{code} · {request_id.get()}", classes="small")

    def _sheet(self, classes: str, *, state: str) -> ui.element:
        self._clear(state=state)
        with self:
            return box("div", classes)

    def _clear(self, *, state: str, text: str = "") -> None:
        self.clear()
        self.props.update({"state": state, "phase": "", "text": text})
        self._phases = {}
        self.not_kept = None


def picture_path(generation: Generation) -> str | None:
    """The path of the stored picture on this site; None until it is stored."""
    return f"/api/v1/generations/{generation.id}/image" if generation.stored_at else None
