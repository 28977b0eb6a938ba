"""Secrets in files, as orchestrators mount them: `NAME_FILE` is the path of one that holds `NAME`."""

from pathlib import Path
from typing import Any, get_args

from pydantic import SecretStr
from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource

_SUFFIX = "_file"


def file_names(settings: type[BaseSettings]) -> list[str]:
    """`NAME_FILE` for every setting that is a secret."""
    return [f"{name}{_SUFFIX}".upper() for name in _secrets(settings)]


def secrets_in_files(settings: type[BaseSettings], env_file: str | None) -> tuple[dict[str, Any], list[str]]:
    """The secrets that are given by files alone, and a line for each that has none to give.

    No line has a path: whoever has put the secret itself there would read it in the log.
    """
    found: dict[str, str] = {}
    problems: list[str] = []
    given = _given(settings, env_file)
    for name in _secrets(settings):
        path = given.get(f"{name}{_SUFFIX}")
        if path and name not in given:
            try:
                found[name] = _content(path)
            except ValueError as error:
                problems.append(f"{name}{_SUFFIX}".upper() + f": {error}")
    return found, problems


def _secrets(settings: type[BaseSettings]) -> list[str]:
    return [name for name, field in settings.model_fields.items() if _is_secret(field.annotation)]


def _is_secret(annotation: Any) -> bool:
    return annotation is SecretStr or any(_is_secret(part) for part in get_args(annotation))


def _given(settings: type[BaseSettings], env_file: str | None) -> dict[str, str | None]:
    """What has a value in the environment, or else in the `.env` file, by names in lower case."""
    in_file = DotEnvSettingsSource(settings, env_file=env_file).env_vars if env_file else {}
    return {**in_file, **EnvSettingsSource(settings).env_vars}


def _content(path: str) -> str:
    """Raises `ValueError` with the problem."""
    try:
        secret = Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except OSError as error:
        raise ValueError(f"the file cannot be read: {error.strerror}") from None
    except ValueError:
        raise ValueError("the file cannot be read: it is no text") from None
    if not secret:
        raise ValueError("the file is empty")
    return secret
