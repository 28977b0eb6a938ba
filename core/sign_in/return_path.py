"""Where to go after signing in: a path on this site, and nothing that a browser could read otherwise."""

from urllib.parse import urlsplit

DEFAULT_PATH = "/dashboard/generate"
_MAX_LENGTH = 1000


def safe_return_path(value: str | None) -> str:
    """`value` when it is a plain path on this site, else the default.

    Browsers read a backslash as a slash and drop control characters, so `/\\evil` and `/<tab>/evil`
    lead to other sites as surely as `//evil` does.
    """
    if not value or len(value) > _MAX_LENGTH or not value.startswith("/") or value.startswith("//"):
        return DEFAULT_PATH
    if "\\" in value or any(ord(character) < 0x20 or ord(character) == 0x7F for character in value):  # noqa: PLR2004
        return DEFAULT_PATH
    try:
        parts = urlsplit(value)
    except ValueError:
        return DEFAULT_PATH
    return DEFAULT_PATH if parts.scheme or parts.netloc else value
