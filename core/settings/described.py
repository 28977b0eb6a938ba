"""The settings in force, for the log: no secret, and nobody's e-mail address."""

from typing import Any

from pydantic import SecretStr

from core.settings.settings import Settings

_ABOUT_PEOPLE = ("allowed_emails", "admin_emails")


def described(settings: Settings) -> str:
    """Each setting that has a value, as `NAME=value`, or `NAME=set` where the value is nobody's business."""
    return ", ".join(
        f"{name.upper()}={_shown(name, value)}"
        for name, value in settings
        if value is not None and value != frozenset()
    )


def _shown(name: str, value: Any) -> str:
    if isinstance(value, SecretStr) or name in _ABOUT_PEOPLE:
        return "set"
    if isinstance(value, frozenset | tuple):
        value = ",".join(sorted(value))
    return repr(value) if isinstance(value, str) and not value.isprintable() else str(value)
