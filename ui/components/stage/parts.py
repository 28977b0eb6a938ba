"""What the stage is made of, beside plain elements: parts that live in the browser."""

from nicegui import ui

from core.services import Progress
from ui.icons import icon


class RunProgress(ui.element, component="run_progress.js"):
    """Clock, bar and estimate of a run, which move without a message."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self.props["ageMs"] = round(progress.age_seconds * 1000)
        if progress.estimate:
            self.props["low"], self.props["high"] = progress.estimate


class NotifySwitch(ui.element, component="notify_switch.js"):
    """Whether this browser notifies of the end."""


class DownloadLink(ui.element, component="download_link.js"):
    """A download of the picture at `href`, named after its prompt."""

    def __init__(self, href: str, *, prompt: str, content_type: str) -> None:
        super().__init__()
        self.props["href"] = href
        self.props["prompt"] = prompt
        self.props["type"] = content_type
        with self:
            icon("download")
