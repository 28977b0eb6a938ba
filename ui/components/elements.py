"""Plain HTML elements: text, boxes, links and buttons."""

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from ui.components.icon import Icon


class Text(TextElement):
    """An element of any tag whose content is text, never markup."""

    def __init__(self, tag: str, text: str = "", *, classes: str = "") -> None:
        super().__init__(tag=tag, text=text)
        self.classes(classes)


def box(tag: str, classes: str = "") -> ui.element:
    """An element of any tag, which holds the elements that are made inside its `with` block."""
    return ui.element(tag).classes(classes)


def link(text: str, target: str, classes: str, *, icon_name: str | None = None) -> ui.element:
    """A native link, which opens with the middle button too and shows its address."""
    element = box("a", classes)
    element.props["href"] = target
    with element:
        if icon_name:
            Icon(icon_name)
        Text("span", text)
    return element


class Button(Text):
    """A native button with a text; `on_click` takes nothing, and may be awaited.

    It keeps the focus while it is off: a disabled button would lose it, and a keyboard its place.
    """

    def __init__(self, text: str, on_click: Callable[[], Any], *, classes: str = "") -> None:
        super().__init__("button", text, classes=f"button {classes}")
        self.props["type"] = "button"
        self._on_click = on_click
        self._is_on = True
        self.on("click", lambda: self._on_click() if self._is_on else None, args=[])

    def set_enabled(self, is_enabled: bool) -> None:
        """Turn the button on or off."""
        self._is_on = is_enabled
        self.props.set_optional("aria-disabled", None if is_enabled else "true")


def icon_button(name: str, icon_name: str, classes: str = "", *, type_: str = "button") -> ui.element:
    """A native button with an icon; `name` is its tooltip, and its name for screen readers."""
    button = box("button", f"button button--quiet button--icon {classes}")
    button.props["type"] = type_
    button.props["aria-label"] = button.props["title"] = name
    with button:
        Icon(icon_name)
    return button
