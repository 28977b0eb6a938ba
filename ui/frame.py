"""The frame of every page, and what it shows until its scripts have come."""

from collections.abc import Iterator
from contextlib import contextmanager

from nicegui import context, ui

from core.settings import Settings
from ui.access import Visitor
from ui.assets import words_html
from ui.components.page_frame import PageFrame
from ui.components.skeleton import skeleton
from ui.page_template import show_until_started
from ui.words import gettext_noop, page_language, t

DEMO_SENTENCE = gettext_noop("This is a demo: pictures are drawn by Easel itself, not by an image model.")


@contextmanager
def frame(
    settings: Settings, *, outline: str, visitor: Visitor | None = None, heading: str = ""
) -> Iterator[PageFrame]:
    """Build the frame around the block's elements. Yields the frame.

    `outline` is the HTML to show in place of the content until the scripts have loaded; `heading` is for
    pages whose heading is above all else.
    """
    chip = {"word": t("Demo"), "sentence": t(DEMO_SENTENCE)} if settings.is_demo else None
    person_name, is_admin = (visitor.name, visitor.is_admin) if visitor else (None, False)
    icons = 5 + is_admin if visitor else 2
    show_until_started(context.client.request, skeleton(outline, icons=icons, is_demo=settings.is_demo))
    ui.add_head_html(words_html(page_language()))
    _leave_main_to_us()
    with PageFrame(person_name=person_name, is_admin=is_admin, heading=heading, chip=chip) as page_frame:
        yield page_frame


def _leave_main_to_us() -> None:
    """Turn Quasar's `main`, which contains the header too, into a `div`: a page has one `main` only."""
    slot = context.client.content.parent_slot
    if slot:
        slot.parent.tag = "div"
