"""Names in the environment and the `.env` file that are probably mistyped settings."""

import difflib
import os
from collections.abc import Iterator

from pydantic_settings import BaseSettings, DotEnvSettingsSource

from core.errors import ConfigurationError
from core.settings.secret_files import file_names

# Low enough to find typing errors, high enough that GITLAB_CLIENT_ID does not count as GITHUB_CLIENT_ID.
_TYPING_ERROR_SIMILARITY = 0.92
_SHORTEST_TELLING_NAME = 8


def mistyped_names(settings: type[BaseSettings], env_file: str | None) -> list[str]:
    """A line for each mistyped name, with the field of `settings` that was probably meant.

    Raises `ConfigurationError` for an unreadable `env_file`.
    """
    known, files = [name.upper() for name in settings.model_fields], file_names(settings)
    unknown = _candidates(settings, env_file) - {*known, *files}
    meant = {name: _meant_by(name, known, files) for name in unknown}
    return [
        f"{name}: unknown setting; did you mean {setting}?"
        for name, setting in sorted(meant.items())
        if setting
    ]


def _candidates(settings: type[BaseSettings], env_file: str | None) -> set[str]:
    """The file's names, and the environment's long names: its short ones belong to other programs."""
    in_environment = {name.upper() for name in os.environ if len(name) >= _SHORTEST_TELLING_NAME}
    return in_environment | _names_in(settings, env_file)


def _names_in(settings: type[BaseSettings], env_file: str | None) -> set[str]:
    try:
        variables = DotEnvSettingsSource(settings, env_file=env_file).env_vars if env_file else {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError([f"{env_file}: cannot be read: {error}"]) from None
    return {name.upper() for name in variables}


def _meant_by(name: str, known: list[str], files: list[str]) -> str:
    """The setting that `name` resembles; empty if there is none."""
    return next(_similar(name, known, files), "")


def _similar(name: str, known: list[str], files: list[str]) -> Iterator[str]:
    """Not by similarity to the `files`: their common end makes those of other programs similar."""
    yield from difflib.get_close_matches(name, known, n=1, cutoff=_TYPING_ERROR_SIMILARITY)
    yield from (setting for setting in [*known, *files] if _is_one_slip(name, setting))


def _is_one_slip(name: str, known: str) -> bool:
    """Whether the names differ by one character that was added, dropped, changed or moved."""
    return not _with_one_dropped(name).isdisjoint(_with_one_dropped(known))


def _with_one_dropped(name: str) -> set[str]:
    return {name} | {name[:i] + name[i + 1 :] for i in range(len(name))}
