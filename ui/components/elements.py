"""Plain HTML elements with text, each by the tag that says what it is."""

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from ui.icons import icon


class Text(TextElement):
    """An element of any tag whose content is text, never markup."""

    def __init__(self, tag: str, text: str = "", *, classes: str = "") -> None:
        super().__init__(tag=tag, text=text)
        self.classes(classes)

    def show(self, text: str) -> None:
        """Set the text; an element without any takes no room."""
        if self.text != text:
            self.text = text
        self.set_visibility(bool(text))


def box(tag: str, classes: str = "") -> ui.element:
    return ui.element(tag).classes(classes)


def link(text: str, target: str, classes: str, *, icon_name: str | None = None) -> ui.element:
    """A plain link, so that it works with the middle button and shows its address."""
    element = box("a", classes)
    element.props["href"] = target
    with element:
        if icon_name:
            icon(icon_name)
        Text("span", text)
    return element


def button(
    text: str, on_click: Callable[[], Any], *, classes: str = "", marker: str | None = None
) -> ui.button:
    element = ui.button(text, color=None, on_click=on_click)
    element.classes(f"button {classes}").props("no-caps unelevated")
    return element.mark(marker) if marker else element


def icon_button(name: str, icon_name: str, classes: str = "", *, type_: str = "button") -> ui.element:
    """A native button that shows an icon and says `name`."""
    button = box("button", f"button button--quiet button--icon {classes}")
    button.props["type"] = type_
    button.props["aria-label"] = button.props["title"] = name
    with button:
        icon(icon_name)
    return button
