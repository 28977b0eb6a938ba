"""The languages of the screens, and which one a visitor gets: that of the menu's cookie, or the browser's."""

from dataclasses import dataclass
from typing import Literal

from starlette.requests import HTTPConnection

from ui.catalogue import Catalogue, read_catalogue

# The menu sets it in the browser: with the prefix on https, where other hosts of the domain cannot set it.
_COOKIES = ("__Host-easel_language", "easel_language")
# Anybody may send long ones. BCP 47 calls 35 characters enough for any tag.
_MAX_HEADER, _MAX_TAG = 1000, 35
# The answer to one request may differ from that to another by these.
VARY = {"Vary": "Accept-Language, Cookie"}


@dataclass(frozen=True)
class Language:
    """A language by its tag (BCP 47), with its own name for itself."""

    tag: str
    name: str
    catalogue: Catalogue
    direction: Literal["ltr", "rtl"] = "ltr"

    def t(self, message: str, /, **values: object) -> str:
        """The message in this language, or in English where the catalogue lacks it."""
        forms = self.catalogue.messages.get(message, (message,))
        return forms[0].format(**values) if values else forms[0]


ENGLISH = Language("en", "English", Catalogue({}, {}))
LANGUAGES = {each.tag: each for each in (ENGLISH, Language("de", "Deutsch", read_catalogue("de")))}


def names_of_languages() -> dict[str, str]:
    """What each language calls itself, by its tag."""
    return {each.tag: each.name for each in LANGUAGES.values()}


def language_of(request: HTTPConnection) -> Language:
    """The language in which to answer the request; English where none is asked for that there is."""
    if not hasattr(request.state, "language"):
        request.state.language = _chosen(request) or ENGLISH
    language: Language = request.state.language
    return language


def _chosen(request: HTTPConnection) -> Language | None:
    asked = [request.cookies[name] for name in _COOKIES if name in request.cookies]
    asked += _by_preference(request.headers.get("accept-language", ""))
    return next((found for found in map(_closest, asked) if found), None)


def _by_preference(header: str) -> list[str]:
    """The tags of an `Accept-Language`, the most wanted first, without those that are not wanted."""
    wanted = []
    for part in header[:_MAX_HEADER].split(","):
        tag, _, parameter = part.partition(";")
        quality = _quality(parameter)
        if quality > 0:
            wanted.append((quality, tag.strip()))
    return [tag for _, tag in sorted(wanted, key=lambda each: -each[0])]


def _quality(parameter: str) -> float:
    name, _, value = parameter.partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def _closest(tag: str) -> Language | None:
    """The language of that tag, or of its beginning: `de` for `de-AT`; the source language for `*`."""
    if tag == "*":
        return ENGLISH
    by_tag = {each.tag.lower(): each for each in LANGUAGES.values()}
    parts = tag[:_MAX_TAG].lower().split("-")
    beginnings = ("-".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((by_tag[each] for each in beginnings if each in by_tag), None)
