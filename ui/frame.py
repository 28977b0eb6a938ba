"""What surrounds every page: top bar, header, main landmark."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import context, ui

from core.settings import Settings
from ui.assets import module_html
from ui.components.elements import Text, box, icon_button, link
from ui.components.shortcuts import shortcuts_dialog
from ui.components.skeleton import skeleton
from ui.page_template import show_until_started

DEMO_NOTICE = "This is a demo: pictures are drawn by Easel itself, not by an image model."


@contextmanager
def frame(
    settings: Settings, *, outline: str, person_name: str | None = None, modules: tuple[str, ...] = ()
) -> Iterator[ui.element]:
    """Put the page's content inside; yields the top bar, which can show that something runs.

    `outline` is what is seen in its place until the scripts have come.
    """
    notice = DEMO_NOTICE if settings.is_demo else ""
    icons = 3 if person_name else 2
    show_until_started(context.client.request, skeleton(outline, icons=icons, notice=notice))
    _leave_main_to_us()
    ui.add_head_html(module_html("frame.js", *modules))
    top_bar = box("div", "top-bar").props('aria-hidden="true"')
    link("Skip to the content", "#content", "skip-link")
    with box("header", "frame-header"):
        link("Easel", "/dashboard" if person_name else "/", "brand", icon_name="easel")
        box("div", "spacer")
        icon_button("Keyboard shortcuts", "keyboard", "shortcuts-open")
        icon_button("Theme", "theme", "theme-switch")
        if person_name:
            _person(person_name)
    with box("main", "page").props('id="content" tabindex="-1"'):
        if notice:
            Text("p", notice, classes="notice")
        yield top_bar
    Text("p", "", classes="visually-hidden").props('id="live" role="status"')
    shortcuts_dialog()


def _leave_main_to_us() -> None:
    """Quasar's page is a `main` that holds the header too; a page has one, and ours is without."""
    slot = context.client.content.parent_slot
    if slot:
        slot.parent.tag = "div"


def _person(name: str) -> None:
    with box("div", "person"):
        Text("span", name, classes="person-name")
        with box("form").props('method="post" action="/auth/logout"'):
            icon_button("Sign out", "sign-out", type_="submit")
