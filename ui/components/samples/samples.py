"""Three pictures with their prompts, for somebody who does not know Easel yet."""

from html import escape
from typing import NamedTuple

from nicegui import ui

from ui.assets import asset_url
from ui.words import gettext_noop, t


class Sample(NamedTuple):
    """A file of `ui/static`, drawn by `docs/draw_samples.py`, and its prompt."""

    file: str
    prompt: str
    width: int
    height: int


SAMPLES = (
    Sample("sample_lighthouse.webp", gettext_noop("A lighthouse at dusk over a calm sea"), 540, 720),
    Sample("sample_balloon.webp", gettext_noop("A red balloon above the hills, morning"), 432, 432),
    Sample("sample_city.webp", gettext_noop("The city by the sea at night"), 432, 432),
)


class Samples(ui.element, component="samples.js"):
    """Draws the pictures where `samples_skeleton` has drawn them before."""

    def __init__(self) -> None:
        super().__init__()
        self.props["samples"] = [
            {"src": asset_url(file), "prompt": t(prompt), "width": width, "height": height}
            for file, prompt, width, height in SAMPLES
        ]


def samples_skeleton() -> str:
    """The pictures themselves: they are there before any script is."""
    pictures = (
        f'<figure class="sample"><img src="{asset_url(each.file)}" alt="" width="{each.width}"'
        f' height="{each.height}" decoding="sync"><figcaption>{escape(t(each.prompt))}</figcaption></figure>'
        for each in SAMPLES
    )
    return f'<div class="samples">{"".join(pictures)}</div>'
