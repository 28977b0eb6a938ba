"""The canvas: an empty sheet, a sheet being painted, the picture, or why there is none."""

from collections.abc import Callable

from nicegui import ui

from core.models import Generation
from ui.components.elements import Text, box, link
from ui.icons import icon


class Canvas:
    def __init__(self, on_try_again: Callable[[], None]) -> None:
        self._on_try_again = on_try_again
        with box("section").props('aria-label="Picture"'):
            self._canvas = box("div", "canvas")
            self._foot = box("div", "picture-foot")
            self._live = Text("p", classes="visually-hidden").props('role="status"').mark("live")

    def show_empty(self) -> None:
        with self._sheet("sheet"):
            icon("easel")
            Text("h2", "Your picture appears here")
            Text("p", "Say what it shows, and how: the light, the mood, the style.", classes="lead")

    def show_running(self, generation: Generation) -> None:
        with self._sheet("sheet sheet--running"):
            icon("brush")
            Text("h2", "Painting your picture")
            Text("p", "You can leave this page: it goes on without you.", classes="lead")
            with box("p", "small"):
                Text("span", "Elapsed ")
                clock = Text("span", "0:00", classes="clock")
                clock.props["data-started"] = str(int(generation.created_at.timestamp() * 1000))
        self._announce("Your picture is being painted.")

    def show_picture(self, generation: Generation) -> None:
        with self._sheet("sheet sheet--picture"):
            picture = box("img", "picture").mark("picture")
            picture.props["src"] = generation.result_url
            picture.props["alt"] = generation.prompt
        with self._foot:
            Text("p", generation.prompt, classes="caption")
            save = link("Open full size", generation.result_url or "", "button", icon_name="download")
            save.props('target="_blank" rel="noopener noreferrer"')
        self._announce("Your picture is ready.")

    def show_failure(self, sentence: str, code: str) -> None:
        with self._sheet("sheet").props('role="alert"'):
            icon("warning")
            Text("h2", "No picture this time")
            Text("p", sentence, classes="lead")
            again = ui.button("Try again", color=None, on_click=self._on_try_again)
            again.classes("button button--primary").props("no-caps unelevated").mark("try-again")
            Text("p", code, classes="small")

    def _sheet(self, classes: str) -> ui.element:
        self._canvas.clear()
        self._foot.clear()
        with self._canvas:
            return box("div", classes)

    def _announce(self, text: str) -> None:
        self._live.text = text
