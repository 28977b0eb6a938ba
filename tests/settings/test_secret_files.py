"""`NAME_FILE`: a secret in a file, as orchestrators mount it."""

import os
from pathlib import Path

import httpx
import pytest

from core.settings import Settings, described
from core.settings.secret_files import file_names
from tests.settings.starting import errors_of
from tests.settings.test_secrets import SECRETS
from tests.settings.test_settings import problems_of
from tests.settings.test_starting import HOSTED
from tests.support.servers import EaselProcess, free_port

OTHERS = {
    "oidc_issuer": "https://id.test",
    "oidc_client_id": "x",
    "google_client_id": "x",
    "github_client_id": "x",
}


def in_file(folder: Path, name: str, content: str) -> str:
    """The path of a file with it."""
    path = folder / f"file of {name}"
    path.write_text(content)
    return str(path)


@pytest.fixture
def others(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the client secrets have to stand beside."""
    for name, value in OTHERS.items():
        monkeypatch.setenv(name.upper(), value)


@pytest.mark.asvs("13.3.1")
@pytest.mark.usefixtures("others")
@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_every_secret_may_be_in_a_file(end: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert file_names(Settings) == [f"{name}_FILE".upper() for name in SECRETS]
    for name, value in SECRETS.items():
        monkeypatch.setenv(f"{name}_FILE".upper(), in_file(folder, name, value + end))
    settings = Settings.load()
    assert set(settings.secret_values) == set(Settings.model_validate(SECRETS).secret_values)
    line = described(settings)
    assert "STORAGE_SECRET=set" in line
    assert [each for each in SECRETS.values() if each in line] == []


def test_the_name_of_the_file_may_be_in_env_and_in_any_case(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text(f"OPENAI_API_KEY_FILE='{in_file(folder, 'a', 'sk-a')}'\n")
    assert Settings.load().secret_values == ["sk-a"]
    monkeypatch.setenv("openai_api_key_file", in_file(folder, "b", "sk-b"))
    assert Settings.load().secret_values == ["sk-b"]


@pytest.mark.parametrize("is_in_env_file", [True, False])
def test_the_secret_itself_wins_and_its_file_is_not_read(
    is_in_env_file: bool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY_FILE", "/nowhere")
    if is_in_env_file:
        (folder / ".env").write_text("OPENAI_API_KEY=sk-itself\n")
    else:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-itself")
    assert Settings.load().secret_values == ["sk-itself"]


def test_what_is_empty_is_unset(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")
    monkeypatch.setenv("REPLICATE_API_TOKEN_FILE", "")
    monkeypatch.setenv("OPENAI_API_KEY_FILE", in_file(folder, "a", "sk-a"))
    assert Settings.load().secret_values == ["sk-a"]


def test_a_file_that_gives_nothing_is_one_line_without_its_path(folder: Path) -> None:
    for path, problem in {
        str(folder / "hunter2hunter2"): "the file cannot be read: No such file or directory",
        str(folder): "the file cannot be read: Is a directory",
        "x" * 5000: "the file cannot be read: File name too long",
        in_file(folder, "a", "\n"): "the file is empty",
    }.items():
        assert problems_of(STORAGE_SECRET_FILE=path) == [f"STORAGE_SECRET_FILE: {problem}"]
    (folder / "bytes").write_bytes(b"\xff\xfe\x00")
    assert problems_of(STORAGE_SECRET_FILE=str(folder / "bytes")) == [
        "STORAGE_SECRET_FILE: the file cannot be read: it is no text"
    ]


def test_a_wrong_content_is_reported_without_it(folder: Path) -> None:
    path = in_file(folder, "a", "mysql://root:hunter2@db/easel")
    assert problems_of(DATABASE_URL_FILE=path) == ["DATABASE_URL: must be a postgresql:// URL"]


def test_it_is_printed_with_all_else_that_is_wrong(tmp_path: Path) -> None:
    lines = errors_of(tmp_path, PORT="many", STORAGE_SECRET_FILE="/nowhere")
    assert [line.partition(":")[0] for line in lines] == ["STORAGE_SECRET_FILE", "PORT"]


def test_a_hosted_start_with_files_serves_and_tells_none_of_them(tmp_path: Path) -> None:
    secrets = ("STORAGE_SECRET", "REPLICATE_API_TOKEN", "GITHUB_CLIENT_SECRET")
    files = {f"{name}_FILE": in_file(tmp_path, name, f"{HOSTED[name]}\n") for name in secrets}
    rest = {name: value for name, value in HOSTED.items() if name not in secrets}
    with EaselProcess(tmp_path, port=free_port(), DATA_DIR="data", **rest, **files) as easel:
        assert "Continue with GitHub" in httpx.get(f"{easel.url}/login").text
        assert easel.stop(timeout=10) == 0
    log = easel.log.read_text()
    assert "STORAGE_SECRET=set, REPLICATE_API_TOKEN=set, " in log
    assert [name for name in secrets if HOSTED[name] in log] == []
    assert not (tmp_path / "data" / "storage_secret").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_of_somebody_else_is_reported(folder: Path) -> None:
    path = Path(in_file(folder, "a", "x"))
    path.chmod(0)
    assert problems_of(STORAGE_SECRET_FILE=str(path)) == [
        "STORAGE_SECRET_FILE: the file cannot be read: Permission denied"
    ]
