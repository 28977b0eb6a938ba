"""The store: a folder, memory or a bucket, all with the same manners."""

import asyncio
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import obstore
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.errors import ConfigurationError
from core.limits import PictureLimits
from core.pictures.store import PictureStore, StoreUnavailable
from tests.support.s3_server import S3Server
from tests.support.servers import serve_in_thread

CONTENT = bytes(range(256)) * 40


@pytest.fixture(params=["folder", "file", "memory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, bucket: str) -> PictureStore:
    urls = {
        "folder": None,
        "file": tmp_path.as_uri(),
        "memory": "memory:///",
        "s3": f"s3://{bucket}/of/easel",
    }
    return PictureStore.open(urls[request.param], tmp_path / "pictures")


async def read(store: PictureStore, key: str, start: int = 0, end: int | None = None) -> bytes:
    picture = await store.open_picture(key)
    return b"".join([part async for part in picture.parts(start, end)])


async def test_what_was_put_is_read_whole_and_in_part(store: PictureStore) -> None:
    await store.put("ada/1", CONTENT, "image/png")
    assert (await store.open_picture("ada/1")).size == len(CONTENT)
    assert await read(store, "ada/1") == CONTENT
    assert await read(store, "ada/1", 3, 700) == CONTENT[3:700]
    assert await read(store, "ada/1", 10_000) == CONTENT[10_000:]


async def test_putting_again_replaces(store: PictureStore) -> None:
    await store.put("ada/1", CONTENT, "image/png")
    await store.put("ada/1", b"other", "image/webp")
    assert await read(store, "ada/1") == b"other"


async def test_a_picture_that_is_not_there_is_not_found_and_deleting_it_does_no_harm(
    store: PictureStore,
) -> None:
    await store.put("ada/1", CONTENT, "image/png")
    await store.put("ada/1.thumb", b"small", "image/webp")
    for _ in range(2):
        await store.delete("ada/1")
        with pytest.raises(FileNotFoundError):
            await store.open_picture("ada/1")
    assert await read(store, "ada/1.thumb") == b"small"


async def test_a_bucket_gets_them_under_the_prefix_with_the_content_type(s3: S3Server, bucket: str) -> None:
    store = PictureStore.open(f"s3://{bucket}/of/easel", Path("unused"))
    await store.put("ada/1", CONTENT, "image/png")
    assert s3.objects(bucket) == {"of/easel/ada/1": (CONTENT, "image/png")}
    await store.delete("ada/1")
    assert s3.objects(bucket) == {}


async def test_a_folder_is_made_for_its_owner_alone_and_kept_between_starts(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "pictures"
    await PictureStore.open(None, folder).put("ada/1", CONTENT, "image/png")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert await read(PictureStore.open(None, folder), "ada/1") == CONTENT


async def test_a_put_that_fails_leaves_no_part_of_a_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is taken by a folder, so the last step, the rename, cannot succeed."""
    store = PictureStore.open(None, tmp_path / "pictures")
    await store.put("ada/1/inner", b"x", "image/png")
    with pytest.raises(StoreUnavailable):
        await store.put("ada/1", CONTENT, "image/png")
    kept = [path for path in (tmp_path / "pictures").rglob("*") if path.is_file()]
    assert kept == [tmp_path / "pictures" / "ada" / "1" / "inner"]


async def test_a_reader_never_sees_half_a_picture(tmp_path: Path) -> None:
    """While it is written, its bytes are under another name."""
    folder = tmp_path / "pictures"
    store = PictureStore.open(None, folder)
    names: list[list[str]] = []

    def parts() -> Iterator[bytes]:
        for _ in range(3):
            names.append([path.name for path in folder.rglob("*") if path.is_file()])
            yield bytes(6_000_000)

    await obstore.put_async(store._store, "1", parts(), use_multipart=True)
    assert not any("1" in seen for seen in names)
    assert (folder / "1").stat().st_size == 18_000_000


@pytest.mark.parametrize("key", ["../secret", "ada/../../secret", "/etc/passwd"])
async def test_no_key_leads_out_of_the_folder(tmp_path: Path, key: str) -> None:
    (tmp_path / "secret").write_text("x")
    store = PictureStore.open(None, tmp_path / "pictures")
    with pytest.raises((FileNotFoundError, StoreUnavailable, ValueError)):
        await store.open_picture(key)


@pytest.mark.parametrize(
    "url",
    [
        "pictures",
        "ftp://pictures.test/x",
        "s3://",
        "file:///no/such/folder",
        "az://without-account",
        "s3://a b",
    ],
)
def test_an_address_that_is_no_store_is_one_line_that_names_the_setting(url: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        PictureStore.open(url, tmp_path / "pictures")
    [problem] = caught.value.problems
    assert problem.startswith("IMAGE_STORE_URL: ")
    assert "\n" not in problem


def test_a_folder_that_cannot_be_made_is_one_line_that_names_the_setting(tmp_path: Path) -> None:
    (tmp_path / "pictures").write_text("a file is in the way")
    with pytest.raises(ConfigurationError) as caught:
        PictureStore.open(None, tmp_path / "pictures")
    [problem] = caught.value.problems
    assert problem.startswith("DATA_DIR: ")
    assert "\n" not in problem


async def test_a_bucket_that_refuses_is_unavailable(
    s3: S3Server, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in s3.environment(may=["s3:ListAllMyBuckets"]).items():
        monkeypatch.setenv(name, value)
    store = PictureStore.open(f"s3://{bucket}", Path("unused"))
    with pytest.raises(StoreUnavailable, match=r"^writing: access is refused \(403 AccessDenied\)$"):
        await store.put("ada/1", CONTENT, "image/png")
    with pytest.raises(StoreUnavailable, match=r"^reading: access is refused \(403\)$"):
        await store.open_picture("ada/1")
    with pytest.raises(StoreUnavailable, match=r"^deleting: access is refused \(AccessDenied\)$"):
        await store.delete("ada/1")


async def test_a_bucket_that_hangs_is_unavailable_in_time(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = PictureLimits(store_seconds=0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        store = PictureStore.open(f"s3://{bucket}", Path("unused"), limits)
        async with asyncio.timeout(5):
            with pytest.raises(StoreUnavailable, match=r"^writing: no answer within "):
                await store.put("ada/1", CONTENT, "image/png")
            with pytest.raises(StoreUnavailable, match=r"^reading: no answer within "):
                await store.open_picture("ada/1")
            with pytest.raises(StoreUnavailable, match=r"^deleting: no answer within "):
                await store.delete("ada/1")


async def test_a_bucket_that_is_sick_is_given_up_after_a_few_tries(
    bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    async def answer(request: Request) -> Response:
        asked.append(request.method)
        return Response("<Error><Code>SlowDown</Code></Error>", 503)

    with serve_in_thread(Starlette(routes=[Route("/{rest:path}", answer, methods=["PUT"])])) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        with pytest.raises(StoreUnavailable, match=r"^writing: it answers with an error \(503 SlowDown\)$"):
            await PictureStore.open(f"s3://{bucket}", Path("unused")).put("ada/1", CONTENT, "image/png")
    assert asked == ["PUT"] * 3
