"""The store: a folder, memory or a bucket, all with the same manners."""

import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree as ET

import obstore
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from core.errors import ConfigurationError
from core.pictures.store import PictureStore, StoreUnavailable
from tests.support.servers import free_port, serve_in_thread

CONTENT = bytes(range(256)) * 40


@dataclass
class Bucket:
    """An S3-compatible bucket, as far as a store uses one."""

    objects: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    signed: list[bool] = field(default_factory=list)

    async def answer(self, request: Request) -> Response:
        self.signed.append("Credential=a-key-id/" in request.headers.get("authorization", ""))
        key = request.path_params.get("key", "")
        if request.method == "PUT":
            self.objects[key] = (await request.body(), request.headers.get("content-type", ""))
            return Response(headers={"ETag": '"1"'})
        if request.method == "POST":
            return self._delete_all(await request.body())
        if key not in self.objects:
            return Response("<Error><Code>NoSuchKey</Code></Error>", 404)
        return self._read(key, request.headers.get("range"))

    def _read(self, key: str, wanted: str | None) -> Response:
        content, media_type = self.objects[key]
        headers = {"ETag": '"1"', "Last-Modified": "Wed, 21 Oct 2026 07:28:00 GMT"}
        if not wanted:
            return Response(content, headers=headers, media_type=media_type)
        first, last = (int(end) for end in wanted.removeprefix("bytes=").split("-"))
        last = min(last, len(content) - 1)
        headers["Content-Range"] = f"bytes {first}-{last}/{len(content)}"
        return Response(content[first : last + 1], 206, headers=headers, media_type=media_type)

    def _delete_all(self, body: bytes) -> Response:
        names = [key.text or "" for key in ET.fromstring(body).iter() if key.tag.endswith("}Key")]  # noqa: S314
        for name in names:
            self.objects.pop(name, None)
        deleted = "".join(f"<Deleted><Key>{name}</Key></Deleted>" for name in names)
        return Response(f"<DeleteResult>{deleted}</DeleteResult>", media_type="application/xml")


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    bucket = Bucket()
    routes = [
        Route("/pictures", bucket.answer, methods=["POST"]),
        Route("/pictures/{key:path}", bucket.answer, methods=["PUT", "GET", "HEAD", "DELETE"]),
    ]
    with serve_in_thread(Starlette(routes=routes)) as url:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "a-key-id",
            "AWS_SECRET_ACCESS_KEY": "a-secret",
            "AWS_REGION": "eu-central-1",
            "AWS_ENDPOINT_URL": url,
            "AWS_ALLOW_HTTP": "true",
        }.items():
            monkeypatch.setenv(name, value)
        yield bucket


@pytest.fixture(params=["folder", "file", "memory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, bucket: Bucket) -> PictureStore:
    urls = {"folder": None, "file": tmp_path.as_uri(), "memory": "memory:///", "s3": "s3://pictures/of/easel"}
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


async def test_a_bucket_gets_signed_requests_under_the_prefix_with_the_content_type(bucket: Bucket) -> None:
    store = PictureStore.open("s3://pictures/of/easel", Path("unused"))
    await store.put("ada/1", CONTENT, "image/png")
    await read(store, "ada/1")
    assert bucket.objects == {"of/easel/ada/1": (CONTENT, "image/png")}
    await store.delete("ada/1")
    assert bucket.objects == {}
    assert all(bucket.signed)


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


async def test_a_bucket_that_refuses_is_unavailable(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    refusing = Starlette(routes=[Route("/{rest:path}", _refuse, methods=["PUT", "GET", "HEAD", "POST"])])
    with serve_in_thread(refusing, port=free_port()) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        store = PictureStore.open("s3://pictures", Path("unused"))
        with pytest.raises(StoreUnavailable):
            await store.put("ada/1", CONTENT, "image/png")
        with pytest.raises(StoreUnavailable):
            await store.open_picture("ada/1")
        with pytest.raises(StoreUnavailable):
            await store.delete("ada/1")


async def _refuse(_: Request) -> Response:
    return Response("<Error><Code>AccessDenied</Code></Error>", 403)
