"""NiceGUI's page template in our order, skeleton before style sheets, and in the language of each request."""

import re
from pathlib import Path

import nicegui
from jinja2 import ChoiceLoader, DictLoader, FileSystemLoader
from nicegui.client import templates
from starlette.requests import Request

from ui.content_security_policy import nonce_of
from ui.languages import language_of
from ui.words import gettext_noop

_NAME = "index.html"
_THEIRS = FileSystemLoader(Path(nicegui.__file__).parent / "templates")
_FRAMEWORK_STYLE = r"<style>\s*@layer theme.*?</style>"
_OLD_BROWSER = r'<style>\s*#esm-fallback.*?</style>\s*<div id="esm-fallback">.*?</div>'
_APP = r'<div id="app"[^\n]*></div>'
_HTML = r"<html{% if [^\n]*>"
_BODY = "<body>"
_OWN_HTML = '<html lang="{{ language_of(request).tag }}" dir="{{ language_of(request).direction }}">'
# What NiceGUI says while a page has no connection, by its own names.
_POPUPS = {
    "connection_lost": gettext_noop("Connection lost."),
    "trying_to_reconnect": gettext_noop("Trying to reconnect …"),
    "message_too_long": gettext_noop("Message too long."),
    "message_too_long_body": gettext_noop("Please reload the page, and try again."),
}
_INLINE = r"<(?:script|style)(?![^>]* src=)"
_NONCE = "{% set nonce = nonce_of(request) %}"
_STYLED = ' style="display: none"'
# Templates and styles of components that Vue compiles in the browser, which our pages do not let it.
_ADDED = "{{ body_html | safe }}"
_OWN_APP = '<div id="app">{{ request.state.until_started | safe }}</div>'


def use_own_template() -> None:
    """Have NiceGUI render its pages with the reordered template. Raises `RuntimeError` for an unknown one."""
    source = _THEIRS.get_source(templates.env, _NAME)[0]
    templates.env.globals["language_of"] = language_of
    templates.env.globals["nonce_of"] = nonce_of
    own = _with_nonces(_translated(_reordered(source)))
    templates.env.loader = ChoiceLoader([DictLoader({_NAME: own}), _THEIRS])


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


def _translated(source: str) -> str:
    """The template with the language of each request, in place of one for all."""
    source = source.replace(_only(_HTML, source), _OWN_HTML)
    for name, message in _POPUPS.items():
        theirs = _only(rf"{{{{ translations\.{name} }}}}", source)
        source = source.replace(theirs, f'{{{{ language_of(request).t("{message}") }}}}')
    return source


def _with_nonces(source: str) -> str:
    """The template with a nonce in each script and style that is written there; nothing put in gets one."""
    source = source.replace(_only(re.escape(_ADDED), source), "")
    source = source.replace(_only(_STYLED, source), " hidden")
    return _NONCE + re.sub(_INLINE, r'\g<0> nonce="{{ nonce }}"', source)


def _only(pattern: str, source: str) -> str:
    found: list[str] = re.findall(pattern, source, re.DOTALL)
    if len(found) != 1:
        raise RuntimeError(f"NiceGUI's page is not as expected: {len(found)} times {pattern}")
    return found[0]
