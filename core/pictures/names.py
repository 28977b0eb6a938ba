"""File names of pictures, made of the words of their prompts."""

import re
import unicodedata
from collections import Counter

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


class UniqueNames:
    """Names of the files of one zip; to some systems A and a are the same."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._numbers: Counter[str] = Counter()

    def take(self, name: str) -> str:
        """The name, with a number where it has been taken before."""
        stem, _, extension = name.rpartition(".")
        free = name
        while free.casefold() in self._taken:
            self._numbers[name.casefold()] += 1
            free = f"{stem}-{self._numbers[name.casefold()] + 1}.{extension}"
        self._taken.add(free.casefold())
        return free
