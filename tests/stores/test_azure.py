"""Pictures in Azure's storage, as README.md says to set it up. Run by `make store-test`."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import ConfigurationError
from core.pictures.store import PictureStore
from tests.settings.starting import errors_of
from tests.stores.azurite import ACCOUNT, Azurite, azurite
from tests.support.database import TestDatabase
from tests.support.servers import EaselProcess, free_port

KEPT = "IMAGE_STORE_URL: pictures cannot be kept there: writing: "
FORM = "the address is az://container/prefix, and AZURE_STORAGE_ACCOUNT_NAME names the account"
CONTENT = bytes(range(256)) * 40


@pytest.fixture(scope="module")
def azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azurite]:
    with azurite(tmp_path_factory.mktemp("azurite")) as server:
        yield server


@pytest.fixture
def container(azure: Azurite, monkeypatch: pytest.MonkeyPatch) -> str:
    """A container; the account and its key are in the environment."""
    for name, value in azure.environment.items():
        monkeypatch.setenv(name, value)
    return azure.create_container()


def problem_of(url: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        PictureStore.open(url, Path("unused")).try_out()
    [problem] = caught.value.problems
    assert "\n" not in problem
    return problem


async def test_what_was_put_is_read_whole_and_in_part_and_deleted(azure: Azurite, container: str) -> None:
    store = PictureStore.open(f"az://{container}/of/easel", Path("unused"))
    await store.put("ada/1", CONTENT, "image/png")
    assert azure.names(container) == ["of/easel/ada/1"]
    picture = await store.open_picture("ada/1")
    assert picture.size == len(CONTENT)
    assert b"".join([part async for part in picture.parts()]) == CONTENT
    assert b"".join([part async for part in picture.parts(3, 700)]) == CONTENT[3:700]
    for _ in range(2):
        await store.delete("ada/1")
        with pytest.raises(FileNotFoundError):
            await store.open_picture("ada/1")


def test_a_container_that_works_is_left_as_it_was(azure: Azurite, container: str) -> None:
    PictureStore.open(f"az://{container}/of/easel", Path("unused")).try_out()
    assert azure.names(container) == []


def test_an_address_that_starts_with_the_account_is_refused_with_the_right_form(container: str) -> None:
    assert problem_of(f"az://{ACCOUNT}/{container}/of/easel") == (
        f"{KEPT}there is no such container (404 ContainerNotFound); {FORM}"
    )


def test_a_wrong_key(container: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "aHVudGVyMmh1bnRlcjI=")
    problem = problem_of(f"az://{container}")
    assert problem == f"{KEPT}access is refused (403 AuthorizationFailure)"


def test_plain_http_that_is_not_allowed(container: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_ALLOW_HTTP")
    assert "AZURE_ALLOW_HTTP=true" in problem_of(f"az://{container}")


def test_a_start_serves_as_documented_and_is_refused_otherwise(
    azure: Azurite, container: str, database: TestDatabase, tmp_path: Path
) -> None:
    settings = azure.environment | {
        "DATABASE_URL": database.serving_url,
        "MIGRATION_DATABASE_URL": database.owning_url,
        "DATA_DIR": str(tmp_path / "data"),
    }
    lines = errors_of(tmp_path, IMAGE_STORE_URL=f"az://{ACCOUNT}/{container}/of/easel", **settings)
    assert lines == [f"{KEPT}there is no such container (404 ContainerNotFound); {FORM}"]
    settings["IMAGE_STORE_URL"] = f"az://{container}/of/easel"
    with EaselProcess(tmp_path, port=free_port(), **settings):
        pass
