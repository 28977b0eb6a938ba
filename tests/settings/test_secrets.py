"""The storage secret that is generated, and the secrets that no log line may hold."""

import io
import logging
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.errors import ConfigurationError
from core.logs import set_up_logging
from core.settings import Settings

SECRETS = {
    "database_url": "postgresql://ada:db-password@db/easel",
    "migration_database_url": "postgresql://owner:db-password@db/easel",
    "storage_secret": "storage-secret-storage-secret-storage",
    "storage_secret_previous": "secret-before-secret-before-secret",
    "replicate_api_token": "r8_token-of-replicate",
    "openai_api_key": "sk-key-of-openai",
    "oidc_client_secret": "oidc-secret",
    "google_client_secret": "google-secret",
    "github_client_secret": "github-secret",
    "metrics_token": "metrics-token-of-prometheus",
}


def kept_secret(data_dir: Path) -> str:
    secret = Settings.model_validate({"data_dir": data_dir}).with_storage_secret().storage_secret
    assert secret is not None
    return secret.get_secret_value()


@pytest.mark.asvs("13.3.2")
def test_a_storage_secret_is_generated_once_for_its_owner_alone(tmp_path: Path) -> None:
    secret = kept_secret(tmp_path / "new" / "data")
    assert len(secret) >= 32
    assert kept_secret(tmp_path / "new" / "data") == secret
    assert kept_secret(tmp_path / "other") != secret
    [file] = (tmp_path / "new" / "data").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_all_that_start_at_once_have_the_same_secret(tmp_path: Path) -> None:
    for attempt in range(20):
        with ThreadPoolExecutor(8) as pool:
            secrets = set(pool.map(kept_secret, [tmp_path / str(attempt)] * 8))
        assert len(secrets) == 1


def test_a_given_secret_is_used_and_none_is_kept(tmp_path: Path) -> None:
    given = Settings.model_validate({"data_dir": tmp_path, "storage_secret": "given"})
    assert given.with_storage_secret() == given
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_secret_is_not_used(tmp_path: Path) -> None:
    """An empty one, which a full disk leaves, would let anybody sign cookies."""
    (tmp_path / "storage_secret").touch()
    with pytest.raises(ConfigurationError, match=r"^STORAGE_SECRET: .*storage_secret is damaged"):
        kept_secret(tmp_path)


def test_a_folder_that_cannot_keep_it_is_reported_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(
        ConfigurationError, match=r"^DATA_DIR: the storage secret cannot be kept there: .*file"
    ):
        kept_secret(tmp_path / "file")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the log shows, once it has been set up with every secret."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    set_up_logging(Settings.model_validate(SECRETS).secret_values)
    stream = io.StringIO()
    [handler] = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    yield stream
    root.handlers, root.level = handlers, level


def test_every_secret_setting_is_known_to_the_log() -> None:
    values = Settings.model_validate(SECRETS).secret_values
    assert {value.replace("+psycopg", "") for value in values} == set(SECRETS.values())
    assert Settings.model_validate({}).secret_values == []


def test_no_secret_is_written_to_the_log(log: io.StringIO) -> None:
    for secret in Settings.model_validate(SECRETS).secret_values:
        logging.getLogger("easel").info("sent %s", {"token": secret})
        try:
            int(secret)
        except ValueError:
            logging.getLogger("easel").exception("failed with %s", secret)
    assert "sent {'token': '***'}" in log.getvalue()
    assert "ValueError: invalid literal for int() with base 10: '***'" in log.getvalue()
    assert not any(secret.removeprefix("postgresql") in log.getvalue() for secret in SECRETS.values())


@pytest.mark.parametrize("of", [repr, str, Settings.model_dump_json])
def test_settings_do_not_show_their_secrets(of: object) -> None:
    assert callable(of)
    shown = of(Settings.model_validate(SECRETS))
    assert not any(secret in shown for secret in ("db-password", *SECRETS.values()))
