"""The storage secret in the data folder, for a start without `STORAGE_SECRET`."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from pydantic import SecretStr

from core.errors import ConfigurationError

MIN_STORAGE_SECRET_LENGTH = 32


def kept_secret(data_dir: Path) -> SecretStr:
    """The secret in `data_dir`, which is created (mode 0600) by the first call.

    Raises `ConfigurationError` when it cannot be written or read, or is damaged.
    """
    path = data_dir / "storage_secret"
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        _make_once(path)
        secret = path.read_text().strip()
    except OSError as error:
        raise ConfigurationError([f"DATA_DIR: the storage secret cannot be kept there: {error}"]) from None
    if len(secret) < MIN_STORAGE_SECRET_LENGTH:
        raise ConfigurationError([f"STORAGE_SECRET: {path} is damaged; delete it to get a new one"])
    return SecretStr(secret)


def _make_once(path: Path) -> None:
    """Write a secret aside and link it into place: of two processes at once, the first one's secret stays."""
    draft = path.with_name(f".storage_secret.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(MIN_STORAGE_SECRET_LENGTH))
    with suppress(FileExistsError):
        path.hardlink_to(draft)
    draft.unlink()
