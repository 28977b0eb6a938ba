"""The parts of the stage that work in the browser without the server."""

from collections.abc import Callable

from nicegui import ui

from core.services import Estimate, Generation


class RunProgress(ui.element, component="run_progress.js"):
    """Clock, bar and estimate of a run, which the browser keeps up to date."""

    def __init__(self, age_seconds: float, estimate: Estimate | None) -> None:
        super().__init__()
        self.props["ageMs"] = round(age_seconds * 1000)
        if estimate:
            self.props["low"], self.props["high"] = estimate


class NotifySwitch(ui.element, component="notify_switch.js"):
    """The switch for a notification by this browser when the run ends."""


class TryAgain(ui.element, component="try_again.js"):
    """The button that starts another picture of `prompt`; `on_again` is called just before."""

    def __init__(self, prompt: str, on_again: Callable[[], None]) -> None:
        super().__init__()
        self.props["prompt"] = prompt
        self.on("again", on_again, args=[])


class Picture(ui.element, component="picture.js"):
    """A finished picture at `src`, and what can be done with it; the browser shows a thumbnail first."""

    def __init__(self, generation: Generation, *, src: str) -> None:
        super().__init__()
        self.props.update({"id": str(generation.id), "src": src, "alt": generation.prompt})
        if generation.stored_at:
            self.props["thumb"] = f"{src}?size=thumb"
            self.props["type"] = generation.picture_type
        if generation.picture_width and generation.picture_height:
            self.props["width"] = generation.picture_width
            self.props["height"] = generation.picture_height
