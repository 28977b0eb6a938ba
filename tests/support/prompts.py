"""The prompt box in front of NiceGUI's simulated user, who has no browser: what its script would send."""

from uuid import uuid4

from nicegui.testing import User

from ui.components.prompt_box import PromptBox


def prompt_box(user: User) -> PromptBox:
    (box,) = user.find(PromptBox).elements
    return box


def is_on(user: User) -> bool:
    """Whether Generate can be pressed."""
    return not prompt_box(user).props["reason"]


def press_generate(user: User, text: str, *, key: str | None = None) -> None:
    """Press Generate, if it is on, with `text` in the box; the same `key` is the same press again."""
    if is_on(user):
        user.find(PromptBox).trigger("press", {"order": {"prompt": text}, "key": key or uuid4().hex})
