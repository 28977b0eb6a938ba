"""Before Easel serves it tries its store out; what cannot be used is one line that names the setting."""

import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any
from unittest.mock import Mock
from uuid import UUID

import pytest
from obstore.exceptions import GenericError

from core.database.known_store import claim_store
from core.errors import ConfigurationError
from core.limits import PictureLimits
from core.pictures.identity import ID_KEY
from core.pictures.store import PictureStore
from tests.settings.starting import errors_of
from tests.support.database import TestDatabase
from tests.support.s3_server import S3Server
from tests.support.servers import EaselProcess, free_port

KEPT = "IMAGE_STORE_URL: pictures cannot be kept there: "


@contextmanager
def silent_server() -> Iterator[str]:
    """It accepts connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def problem_of(
    url: str | None, folder: Path = Path("unused"), limits: PictureLimits = PictureLimits()
) -> str:
    with pytest.raises(ConfigurationError) as caught:
        PictureStore.open(url, folder, limits).try_out()
    [problem] = caught.value.problems
    assert "\n" not in problem
    return problem


def test_a_store_that_works_is_left_as_it_was(s3: S3Server, bucket: str, tmp_path: Path) -> None:
    for store in (
        PictureStore.open(f"s3://{bucket}/of/easel", Path("unused")),
        PictureStore.open(None, tmp_path / "pictures"),
    ):
        with ThreadPoolExecutor(20) as starts:  # as many processes may start at once
            list(starts.map(PictureStore.try_out, [store] * 20))
    assert s3.objects(bucket) == {}
    assert files_in(tmp_path) == []


def test_a_bucket_that_is_missing(bucket: str) -> None:
    assert problem_of("s3://no-such-bucket/of/easel") == (
        f"{KEPT}writing: there is no such bucket (404 NoSuchBucket)"
    )


@pytest.mark.parametrize(
    ("name", "code"),
    [("AWS_ACCESS_KEY_ID", "InvalidAccessKeyId"), ("AWS_SECRET_ACCESS_KEY", "SignatureDoesNotMatch")],
)
def test_a_wrong_key(bucket: str, monkeypatch: pytest.MonkeyPatch, name: str, code: str) -> None:
    monkeypatch.setenv(name, "hunter2hunter2")
    problem = problem_of(f"s3://{bucket}")
    assert problem == f"{KEPT}writing: access is refused (403 {code})"


@pytest.mark.parametrize(
    ("may", "cannot"),
    [
        (["s3:PutObject", "s3:DeleteObject"], "reading"),
        (["s3:PutObject", "s3:GetObject"], "deleting"),
        (["s3:PutObject"], "reading"),
    ],
)
def test_a_key_that_may_not_do_all_of_it(
    s3: S3Server, bucket: str, monkeypatch: pytest.MonkeyPatch, may: list[str], cannot: str
) -> None:
    for name, value in s3.environment(may=may).items():
        monkeypatch.setenv(name, value)
    assert problem_of(f"s3://{bucket}").startswith(f"{KEPT}{cannot}: access is refused (")


def test_no_credentials(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine in the cloud would have some at the metadata address."""
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", f"http://127.0.0.1:{free_port()}")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "no credentials are set in the environment" in problem_of(f"s3://{bucket}")


def test_half_of_the_credentials(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert problem_of(f"s3://{bucket}") == f"{KEPT}Missing SecretAccessKey"


def test_an_endpoint_that_is_down(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", url.replace("//", "//user:hunter2@"))
    problem = problem_of(f"s3://{bucket}")
    assert problem == f"{KEPT}writing: {url} cannot be reached: Connection refused"


def test_an_endpoint_that_hangs(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with silent_server() as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        assert (
            problem_of(f"s3://{bucket}", limits=PictureLimits(probe_seconds=0.2))
            == f"{KEPT}no answer within 0.2 seconds"
        )


def test_plain_http_that_is_not_allowed(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ALLOW_HTTP")
    assert "AWS_ALLOW_HTTP=true" in problem_of(f"s3://{bucket}")


def test_a_key_that_no_header_can_carry(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library panics."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "hunter2\n")
    assert "characters that none has" in problem_of(f"s3://{bucket}")


def test_azure_without_an_account(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_NAME", raising=False)
    assert "AZURE_STORAGE_ACCOUNT_NAME names the account" in problem_of("az://pictures/of/easel")


def test_a_folder_in_which_nothing_can_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    store = PictureStore.open(None, folder)
    folder.rmdir()
    folder.write_text("a file is in the way")
    with pytest.raises(ConfigurationError) as caught:
        store.try_out()
    [problem] = caught.value.problems
    assert problem.startswith("DATA_DIR: pictures cannot be kept there: writing: ")
    assert "Not a directory" in problem
    assert "\n" not in problem


def environment_of(database: TestDatabase, tmp_path: Path) -> dict[str, Any]:
    return {
        "DATABASE_URL": database.serving_url,
        "MIGRATION_DATABASE_URL": database.owning_url,
        "DATA_DIR": str(tmp_path / "data"),
    }


def test_a_start_is_refused_in_one_line(
    s3: S3Server, bucket: str, database: TestDatabase, tmp_path: Path
) -> None:
    settings = environment_of(database, tmp_path) | s3.environment()
    lines = errors_of(tmp_path, IMAGE_STORE_URL="s3://no-such-bucket", **settings)
    assert lines == [f"{KEPT}writing: there is no such bucket (404 NoSuchBucket)"]


@pytest.mark.parametrize("name", ["AWS_ENDPOINT_URL", "AZURE_STORAGE_ENDPOINT"])
def test_an_endpoint_without_a_scheme_is_one_line_too(tmp_path: Path, name: str) -> None:
    lines = errors_of(tmp_path, IMAGE_STORE_URL="s3://pictures", **{name: "minio:9000"})
    assert lines == [f"{name}: must be an http:// or https:// address"]


def test_processes_that_start_at_once_on_one_bucket_all_serve(
    s3: S3Server, bucket: str, database: TestDatabase, tmp_path: Path
) -> None:
    settings = environment_of(database, tmp_path) | s3.environment()
    settings["IMAGE_STORE_URL"] = f"s3://{bucket}"
    started = [EaselProcess(tmp_path, port=free_port(), **settings) for _ in range(2)]
    for easel in started:
        with easel:
            pass
    assert list(s3.objects(bucket)) == [ID_KEY]
    [known] = database.run("SELECT id FROM picture_store")
    assert s3.objects(bucket)[ID_KEY][0] == f"{known['id']}\n".encode()


def test_another_folder_than_that_of_the_database_is_refused(database: TestDatabase, tmp_path: Path) -> None:
    """Half of the pictures would be missing at each process."""
    urls = environment_of(database, tmp_path)
    with EaselProcess(tmp_path, **urls):
        pass
    with EaselProcess(tmp_path, **urls):
        pass  # the same folder again
    other = urls | {"DATA_DIR": str(tmp_path / "other")}
    [line] = errors_of(tmp_path, **other)
    assert line.startswith(
        "DATA_DIR: pictures cannot be kept there: the pictures of this database are in another"
    )
    [known] = database.run("SELECT id FROM picture_store")
    assert f"write {known['id']} into {ID_KEY}" in line
    (tmp_path / "other" / "pictures" / ID_KEY).write_text(str(known["id"]))
    with EaselProcess(tmp_path, **other):
        pass


def test_an_id_that_is_damaged_is_said(tmp_path: Path) -> None:
    store = PictureStore.open(None, tmp_path)
    (tmp_path / ID_KEY).write_text("no id")
    with pytest.raises(ConfigurationError, match="is damaged"):
        store.check_id(lambda own, _: own)


def test_many_that_start_at_once_are_all_let_in(database: TestDatabase, tmp_path: Path) -> None:
    """Each has found no id in the store before any of them asks the database."""
    store = PictureStore.open(None, tmp_path)
    all_have_looked = Barrier(8)

    def claim(own: UUID, write: Callable[[], None]) -> UUID:
        all_have_looked.wait(20)
        return claim_store(database.serving_url, own, write)

    with ThreadPoolExecutor(8) as starts:
        list(starts.map(store.check_id, [claim] * 8))
    [known] = database.run("SELECT id FROM picture_store")
    assert (tmp_path / ID_KEY).read_text() == f"{known['id']}\n"


def test_a_store_that_could_not_be_given_its_id_is_not_known(database: TestDatabase, tmp_path: Path) -> None:
    """Or no later start would take it for that of the database."""
    store = PictureStore.open(None, tmp_path)

    def claim(own: UUID, write: Callable[[], None]) -> UUID:
        return claim_store(database.serving_url, own, write)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.pictures.store.write_id", Mock(side_effect=GenericError("a time-out")))
        with pytest.raises(ConfigurationError, match=f"{ID_KEY}: a time-out"):
            store.check_id(claim)
    assert database.run("SELECT id FROM picture_store") == []
    store.check_id(claim)
    assert len(database.run("SELECT id FROM picture_store")) == 1
