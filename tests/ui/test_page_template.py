"""NiceGUI's page in our order; a page that is not as expected is noticed at the start."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from jinja2 import DictLoader
from nicegui.client import templates

from ui import page_template
from ui.assets import STATIC_DIR, head_html
from ui.components import page_frame

FRAME = Path(page_frame.__file__).with_name("page_frame.js")


def imports_of(script: Path) -> Iterator[str]:
    """The shared modules that a script imports, and those that they import."""
    if not script.exists():
        return  # made from what Python has
    for name in re.findall(r'"easel/(.+)"', script.read_text()):
        yield name
        yield from imports_of(STATIC_DIR / name)


def test_what_is_seen_first_comes_first() -> None:
    page_template.use_own_template()
    page_template.use_own_template()
    assert templates.env.loader
    source = templates.env.loader.get_source(templates.env, "index.html")[0]
    head, _, body = source.partition("<body>")
    assert "@import" not in head
    assert body.lstrip().startswith('<div id="app">')
    assert source.count('id="app"') == source.count("@layer theme") == 1
    assert 'id="esm-fallback"' not in source


def test_another_page_than_expected_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_template, "_THEIRS", DictLoader({"index.html": "<body></body>"}))
    with pytest.raises(RuntimeError, match="not as expected: 0 times"):
        page_template.use_own_template()


def test_the_head_has_no_sheet_under_way_when_the_body_is_met() -> None:
    """Firefox would paint nothing before the framework's sheets, either."""
    head = head_html()
    assert head.rindex('rel="stylesheet"') < head.index("<script src=")


async def test_all_that_the_frame_imports_is_asked_for_at_once(http: httpx.AsyncClient) -> None:
    asked = re.findall(r'"modulepreload" href="(/assets/[^"]+)"', (await http.get("/login")).text)
    assert {Path(url).name for url in asked} == set(imports_of(FRAME))
    for url in asked:
        assert (await http.get(url)).headers["content-type"].startswith("text/javascript")
