"""File names of pictures, made of the words of their prompts."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

_EXTENSIONS = {"image/jpeg": "jpg", "image/webp": "webp"}
_MAX_CHARACTERS = 60
_MAX_BYTES = 180
# Windows has devices of these names, whatever follows the dot.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


def file_name(prompt: str, content_type: str) -> str:
    """A name that every system takes: letters, digits and hyphens, and the extension of the type.

    `ui/static/download.js` names a single download in the same way.
    """
    words = re.sub(r"[\W_]+", "-", unicodedata.normalize("NFC", prompt).lower()).strip("-")
    words = words[:_MAX_CHARACTERS].encode()[:_MAX_BYTES].decode(errors="ignore").strip("-")
    if not words or _DEVICES.fullmatch(words):
        words = f"picture-{words}".rstrip("-")
    return f"{words}.{_EXTENSIONS.get(content_type, 'png')}"


def unique(names: Iterable[str]) -> Iterator[str]:
    """The names, with a number where one has been before; to some systems A and a are the same."""
    taken: set[str] = set()
    for name in names:
        stem, _, extension = name.rpartition(".")
        candidates = (f"{stem}-{number}.{extension}" for number in range(2, len(taken) + 3))
        free = next(each for each in (name, *candidates) if each.casefold() not in taken)
        taken.add(free.casefold())
        yield free
