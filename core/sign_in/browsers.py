"""What a person knows a browser by: "Firefox on Windows"."""

from ua_parser import parse

_MAX_LENGTH = 500


def browser_of(user_agent: str) -> str | None:
    """The browser and the system that a `User-Agent` header names; None where it names neither."""
    found = parse(user_agent[:_MAX_LENGTH])
    names = [part.family for part in (found.user_agent, found.os) if part and part.family]
    return " on ".join(names) or None
