"""The page after signing in: always a path on this site, as every browser reads it."""

import json

DEFAULT_PATH = "/dashboard/generate"
_MAX_LENGTH = 1000


def safe_return_path(value: str | None) -> str:
    """`value` if it is a plain path on this site, else `DEFAULT_PATH`.

    Browsers read a backslash as a slash and drop control characters, so `/\\evil` and `/<tab>/evil`
    lead to other sites, as `//evil` does.
    """
    if (
        not value
        or not value.startswith("/")
        or value.startswith("//")
        or "\\" in value
        or not value.isprintable()
        # The sign-in cookie has the path as JSON, and browsers drop a cookie of more than 4096 bytes.
        or len(json.dumps(value)) > _MAX_LENGTH
    ):
        return DEFAULT_PATH
    return value
