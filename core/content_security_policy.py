"""Content Security Policy: what an answer may load and run in a browser; `docs/security.md` says why."""

import secrets
from collections.abc import Sequence

HEADER = "Content-Security-Policy"
_CLOSED = ("frame-ancestors 'none'", "base-uri 'none'")
NOTHING = "; ".join(["default-src 'none'", "form-action 'none'", *_CLOSED])
"""For whatever is not a page: JSON, files, redirects. Opened by itself it runs and loads nothing."""
PICTURE = f"{NOTHING}; style-src-attr 'unsafe-inline'"
"""For a picture: Chromium puts one that is opened by itself into the middle of its window by such a style."""


_PAGE = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'{inline}",
        "style-src 'self'{inline}",
        "img-src 'self' data:{images}",  # data: Quasar's style sheet, and the badges of a tab's icon
        "font-src 'self'",
        "connect-src 'self'",  # web sockets too: Safari took them for another origin before 15.4
        "form-action 'self'",
        *_CLOSED,
    ]
)


def page_policy(*inline: str, images: Sequence[str] = ()) -> str:
    """The policy of a page, whose scripts and styles are files of ours.

    What is written into the page itself needs a nonce or a hash of `inline`. `images` are further places of
    pictures.
    """
    return _PAGE.format(
        inline="".join(f" '{each}'" for each in inline), images="".join(f" {each}" for each in images)
    )


def new_nonce() -> str:
    """A nonce for one answer, of 128 random bits."""
    return secrets.token_urlsafe(16)
