"""NiceGUI's page template, reordered so that the skeleton comes before the style sheets of the framework."""

import re
from pathlib import Path

import nicegui
from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader
from nicegui.client import templates
from starlette.requests import Request

_NAME = "index.html"
_THEIRS = FileSystemLoader(Path(nicegui.__file__).parent / "templates")
_FRAMEWORK_STYLE = r"<style>\s*@layer theme.*?</style>"
_OLD_BROWSER = r'<style>\s*#esm-fallback.*?</style>\s*<div id="esm-fallback">.*?</div>'
_APP = r'<div id="app"[^\n]*></div>'
_BODY = "<body>"
_OWN_APP = '<div id="app">{{ request.state.until_started | safe }}</div>'


def use_own_template() -> None:
    """Have NiceGUI render its pages with the reordered template. Raises `RuntimeError` for an unknown one."""
    source = _THEIRS.get_source(templates.env, _NAME)[0]
    templates.env.loader = ChoiceLoader([DictLoader({_NAME: _reordered(source)}), _THEIRS])


def show_until_started(request: Request, html: str) -> None:
    """Show `html` in place of the page until the page's scripts run."""
    request.state.until_started = html


def _reordered(source: str) -> str:
    """The template with the skeleton first, as browsers show nothing that follows a style sheet until that
    has loaded; without NiceGUI's message for old browsers, which appears to everybody after a second."""
    style = _only(_FRAMEWORK_STYLE, source)
    for moved in (style, _only(_OLD_BROWSER, source), _only(_APP, source)):
        source = source.replace(moved, "")
    return source.replace(_BODY, f"{_BODY}{_OWN_APP}{style}")


def _only(pattern: str, source: str) -> str:
    found: list[str] = re.findall(pattern, source, re.DOTALL)
    if len(found) != 1:
        raise RuntimeError(f"NiceGUI's page is not as expected: {len(found)} times {pattern}")
    return found[0]
