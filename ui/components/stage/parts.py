"""The parts of the stage that work in the browser without the server."""

from nicegui import ui

from core.services import Estimate
from ui.components.icon import Icon


class RunProgress(ui.element, component="run_progress.js"):
    """Clock, bar and estimate of a run, which the browser keeps up to date."""

    def __init__(self, age_seconds: float, estimate: Estimate | None) -> None:
        super().__init__()
        self.props["ageMs"] = round(age_seconds * 1000)
        if estimate:
            self.props["low"], self.props["high"] = estimate


class NotifySwitch(ui.element, component="notify_switch.js"):
    """The switch for a notification by this browser when the run ends."""


class DownloadLink(ui.element, component="download_link.js"):
    """A link that downloads the picture at `href` under a name made from its prompt."""

    def __init__(self, href: str, *, prompt: str, content_type: str) -> None:
        super().__init__()
        self.props["href"] = href
        self.props["prompt"] = prompt
        self.props["type"] = content_type
        with self:
            Icon("download")
