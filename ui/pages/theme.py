"""`/theme`: all tokens and components, in both modes side by side; in local mode only."""

import re

from nicegui import ui

from core.context import Context
from ui.assets import STATIC_DIR
from ui.components.elements import Button, Text, box, icon_button, link
from ui.components.icon import Icon
from ui.frame import frame

_SURFACES = ("background", "card", "popover", "primary", "secondary", "muted", "accent", "destructive")
_LINES = ("border", "input", "ring", "primary-strong", "wash", "backdrop")


def register(ctx: Context) -> None:
    """Add the page, unless other machines can reach Easel."""
    if ctx.settings.is_hosted:
        return

    @ui.page("/theme", title="Theme · Easel")
    def theme() -> None:
        with frame(ctx.settings, outline="", heading="Theme"), box("div", "theme-modes"):
            for mode in ("light", "dark"):
                with box("section", "theme-mode") as section:
                    section.props["data-theme"] = mode
                    section.props["aria-label"] = mode
                    _tokens(mode)
                    _components()


def _tokens(mode: str) -> None:
    Text("h2", f"Colours, {mode}")
    with box("div", "swatches"):
        for name in _SURFACES:
            swatch = Text("div", f"{name} and {name}-foreground", classes="swatch")
            foreground = "foreground" if name == "background" else f"{name}-foreground"
            swatch.style(f"background: var(--{name}); color: var(--{foreground})")
        for name in _LINES:
            with box("div", "swatch swatch--line"):
                box("span", "swatch__line").style(f"background: var(--{name})")
                Text("span", name)
    Text("h2", "Measures")
    with box("ul", "measures"):
        for name, value in _measures():
            Text("li", f"{name}: {value}")


def _measures() -> list[tuple[str, str]]:
    """Name and value of the tokens that are not colours, from the style sheet."""
    light = (STATIC_DIR / "tokens.css").read_text().partition('[data-theme="dark"]')[0]
    pattern = r"--((?:radius|shadow|font|text|space|touch)[\w-]*): ([^;]+);"
    return re.findall(pattern, light)


def _components() -> None:
    Text("h2", "Type")
    Text("p", "The title of a page", classes="as-title")
    Text("p", "A lead that says a little more about it.", classes="lead")
    Text("p", "A small remark", classes="small")
    Text("h2", "Controls")
    with box("div", "row-of-controls"):
        Button("Primary", lambda: None, classes="button--primary")
        Button("Secondary", lambda: None)
        Button("Quiet", lambda: None, classes="button--quiet")
        Button("Off", lambda: None, classes="button--primary").set_enabled(False)
        icon_button("An icon", "theme")
        link("A link", "#content", "button", icon_name="download")
    box("textarea", "prompt-box__text").props('aria-label="A prompt box" placeholder="A prompt box"')
    Text("h2", "Messages")
    Text("p", "A notice", classes="notice")
    Text("p", "A problem, and what to do about it.", classes="problem")
    Text("h2", "Canvas")
    for classes, name, text in (
        ("sheet", "easel", "Empty"),
        ("sheet sheet--running", "brush", "Running"),
        ("sheet", "warning", "Failed"),
    ):
        with box("div", "canvas canvas--small"), box("div", classes):
            Icon(name)
            Text("p", text, classes="lead")
