"""The frame of every page: top bar, header, main landmark."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import context

from core.settings import Settings
from ui.components.elements import Text, box, icon_button, link
from ui.components.shortcuts import Shortcuts
from ui.components.skeleton import skeleton
from ui.components.theme_switch import ThemeSwitch
from ui.components.top_bar import TopBar
from ui.page_template import show_until_started

DEMO_NOTICE = "This is a demo: pictures are drawn by Easel itself, not by an image model."


@contextmanager
def frame(settings: Settings, *, outline: str, person_name: str | None = None) -> Iterator[TopBar]:
    """Build the frame around the block's elements. Yields the top bar.

    `outline` is the HTML to show in place of the content until the scripts have loaded.
    """
    notice = DEMO_NOTICE if settings.is_demo else ""
    icons = 3 if person_name else 2
    show_until_started(context.client.request, skeleton(outline, icons=icons, notice=notice))
    _leave_main_to_us()
    top_bar = TopBar()
    link("Skip to the content", "#content", "skip-link")
    with box("header", "frame-header"):
        link("Easel", "/dashboard" if person_name else "/", "brand", icon_name="easel")
        box("div", "spacer")
        Shortcuts()
        ThemeSwitch()
        if person_name:
            _person(person_name)
    with box("main", "page").props('id="content" tabindex="-1"'):
        if notice:
            Text("p", notice, classes="notice")
        yield top_bar
    Text("p", "", classes="visually-hidden").props('id="live" role="status"')


def _leave_main_to_us() -> None:
    """Turn Quasar's `main`, which contains the header too, into a `div`: a page has one `main` only."""
    slot = context.client.content.parent_slot
    if slot:
        slot.parent.tag = "div"


def _person(name: str) -> None:
    with box("div", "person"):
        Text("span", name, classes="person-name")
        with box("form").props('method="post" action="/auth/logout"'):
            icon_button("Sign out", "sign-out", type_="submit")
