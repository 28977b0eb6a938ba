"""`/theme`: all tokens and components, in both modes side by side; in local mode only."""

import re

from nicegui import ui

from core.context import Context
from ui.assets import STATIC_DIR
from ui.components.elements import Button, Text, box, icon_button, link
from ui.components.icon import Icon
from ui.frame import frame
from ui.words import gettext_noop, t

_SURFACES = ("background", "card", "popover", "primary", "secondary", "muted", "accent", "destructive")
_TITLE = gettext_noop("Theme · Easel")
_COLORS = {"light": gettext_noop("Colours, light"), "dark": gettext_noop("Colours, dark")}
_LINES = ("border", "input", "ring", "primary-strong", "wash", "backdrop")


def register(ctx: Context) -> None:
    """Add the page, unless other machines can reach Easel."""
    if ctx.settings.is_hosted:
        return

    @ui.page("/theme", title=_TITLE)
    def theme() -> None:
        ui.page_title(t(_TITLE))
        with frame(ctx.settings, outline="", heading=t("Theme")), box("div", "theme-modes"):
            for mode, name in _COLORS.items():
                with box("section", "theme-mode") as section:
                    section.props["data-theme"] = mode
                    section.props["aria-label"] = t(name)
                    _tokens(t(name))
                    _components()


def _tokens(heading: str) -> None:
    Text("h2", heading)
    with box("div", "swatches"):
        for name in _SURFACES:
            swatch = Text("div", t("{name} and {name}-foreground", name=name), classes="swatch")
            foreground = "foreground" if name == "background" else f"{name}-foreground"
            swatch.style(f"background: var(--{name}); color: var(--{foreground})")
        for name in _LINES:
            with box("div", "swatch swatch--line"):
                box("span", "swatch__line").style(f"background: var(--{name})")
                Text("span", name)
    Text("h2", t("Measures"))
    with box("ul", "measures"):
        for name, value in _measures():
            Text("li", f"{name}: {value}")


def _measures() -> list[tuple[str, str]]:
    """Name and value of the tokens that are not colours, from the style sheet."""
    light = (STATIC_DIR / "tokens.css").read_text().partition('[data-theme="dark"]')[0]
    pattern = r"--((?:radius|shadow|font|text|space|touch)[\w-]*): ([^;]+);"
    return re.findall(pattern, light)


def _components() -> None:
    Text("h2", t("Type"))
    Text("p", t("The title of a page"), classes="as-title")
    Text("p", t("A lead that says a little more about it."), classes="lead")
    Text("p", t("A small remark"), classes="small")
    Text("h2", t("Controls"))
    with box("div", "row-of-controls"):
        Button(t("Primary"), lambda: None, classes="button--primary")
        Button(t("Secondary"), lambda: None)
        Button(t("Quiet"), lambda: None, classes="button--quiet")
        Button(t("Off"), lambda: None, classes="button--primary").set_enabled(False)
        icon_button(t("An icon"), "theme")
        link(t("A link"), "#content", "button", icon_name="download")
    name = t("A prompt box")
    box("textarea", "prompt-box__text").props.update({"aria-label": name, "placeholder": name})
    Text("h2", t("Messages"))
    Text("p", t("A notice"), classes="notice")
    Text("p", t("A problem, and what to do about it."), classes="problem")
    Text("h2", t("Canvas"))
    for classes, name, text in (
        ("sheet", "easel", t("Empty")),
        ("sheet sheet--running", "brush", t("Running")),
        ("sheet", "warning", t("Failed")),
    ):
        with box("div", "canvas canvas--small"), box("div", classes):
            Icon(name)
            Text("p", text, classes="lead")
