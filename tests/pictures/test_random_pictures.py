"""Whatever comes for a picture: one that is kept byte for byte, or none; with little memory and time."""

import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from PIL import Image
from pydantic import SecretStr

from core.limits import PictureLimits
from core.pictures.download import DownloadFailed, PictureDownloader
from core.pictures.image import MAX_PIXELS, THUMBNAIL_EDGE, NotAPicture, PictureFacts, examine
from core.pictures.store import PictureStore
from tests.support.application import make_settings
from tests.support.images import picture, png_that_claims
from tests.support.servers import ROOT

# The number of examples is the profile's: `make fuzz` asks for more.
many = examples(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
LIMIT = 5000
TOKEN = "r8_test_token"
URL = "https://replicate.delivery/pbxt/out-0.png"


def animated(kind: str) -> bytes:
    buffer = BytesIO()
    frames = [Image.new("RGB", (24, 16), color) for color in ("red", "green", "blue")]
    frames[0].save(buffer, kind, save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def turned() -> bytes:
    buffer, exif = BytesIO(), Image.Exif()
    exif[0x0112] = 6  # on its side
    Image.linear_gradient("L").convert("RGB").save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


PICTURES = [
    *(picture("PNG", mode=mode) for mode in ("RGB", "RGBA", "P", "L", "LA", "1", "I;16")),
    *(picture("JPEG", mode=mode) for mode in ("RGB", "CMYK", "L")),
    *(picture("WEBP", mode=mode) for mode in ("RGB", "RGBA")),
    *(picture(kind) for kind in ("GIF", "BMP", "TIFF", "ICO")),
    *(animated(kind) for kind in ("PNG", "WEBP", "MPO", "GIF")),
    turned(),
    png_that_claims(5001, 5000),
    png_that_claims(2**31 - 1, 1),
]
CHANGES = st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=4)), max_size=4)


def changed(content: bytes, changes: list[tuple[float, bytes]], length: float) -> bytes:
    """`content` with bytes put over those at some places, and cut off at another."""
    spoiled = bytearray(content)
    for place, put in changes:
        at = int(place * len(spoiled))
        spoiled[at : at + len(put)] = put
    return bytes(spoiled[: int(length * len(spoiled))])


BYTES = st.binary(max_size=200) | st.builds(
    changed, st.sampled_from(PICTURES), CHANGES, st.just(1.0) | st.floats(0, 1)
)


def examined(content: bytes) -> PictureFacts | None:
    """None for what is no picture. Anything else that is raised is a fault."""
    try:
        return examine(content)
    except NotAPicture:
        return None


@many
@given(content=BYTES)
def test_any_bytes_are_a_whole_picture_or_none(content: bytes) -> None:
    started = time.monotonic()
    facts = examined(content)
    assert time.monotonic() - started < 5
    if facts is None:
        return
    assert facts.content_type in {"image/png", "image/jpeg", "image/webp"}
    assert 0 < facts.width * facts.height <= MAX_PIXELS
    with Image.open(BytesIO(facts.thumbnail)) as thumbnail:
        assert thumbnail.format == "WEBP"
        assert max(thumbnail.size) <= THUMBNAIL_EDGE


@pytest.mark.parametrize("content", [*PICTURES[:12], animated("PNG"), animated("WEBP"), turned()])
def test_those_that_are_whole_are_pictures(content: bytes) -> None:
    assert examined(content)


@many
@given(content=BYTES.filter(bool), start=st.integers(0, 300), end=st.integers(0, 300))
async def test_what_is_kept_is_read_again_byte_for_byte(
    content: bytes, start: int, end: int, tmp_path: Path
) -> None:
    store = PictureStore.open(None, tmp_path)
    await store.put("owner/picture", content, "image/png")
    stored = await store.open_picture("owner/picture")
    assert stored.size == len(content)
    assert b"".join([part async for part in stored.parts()]) == content
    start, end = sorted((min(start, len(content)), min(end, len(content))))
    if start < end:
        assert b"".join([part async for part in stored.parts(start, end)]) == content[start:end]


class Answers(httpx.AsyncBaseTransport):
    """Gives the prepared answers in turn, the last for ever; keeps what was asked, and with which token."""

    def __init__(self) -> None:
        self.prepared: list[tuple[int, dict[bytes, bytes], list[bytes]]] = []
        self.asked: list[tuple[httpx.URL, str | None]] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((request.url, request.headers.get("authorization")))
        status, headers, parts = self.prepared[min(len(self.asked), len(self.prepared)) - 1]
        return httpx.Response(status, headers=list(headers.items()), stream=_Parts(parts), request=request)


class _Parts(httpx.AsyncByteStream):
    def __init__(self, parts: list[bytes]) -> None:
        self._parts = parts

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            yield part


LOCATIONS = [
    URL,
    "/elsewhere",
    "http://169.254.169.254/",
    "https://evil.test/",
    "//[",
    "https://replicate.delivery:x",
]
HEADER_VALUES = (
    st.binary(max_size=30)
    | st.sampled_from(LOCATIONS).map(str.encode)
    | st.sampled_from([b"gzip", b"deflate, gzip", b"identity", b"5", b"9" * 5000, b"-1", b"chunked"])
)
HEADERS = st.dictionaries(
    st.sampled_from([b"Location", b"Content-Length", b"Content-Encoding", b"Content-Type", b"Set-Cookie"]),
    HEADER_VALUES,
    max_size=3,
)
STATUSES = st.just(200) | st.sampled_from([204, 206, 301, 302, 307, 401, 403]) | st.integers(100, 599)
ANSWERS = st.lists(
    st.tuples(STATUSES, HEADERS, st.lists(st.sampled_from(PICTURES) | st.binary(max_size=400), max_size=20)),
    min_size=1,
    max_size=6,
)
URLS = (
    st.just(URL)
    | st.text(st.characters(exclude_categories=[]), max_size=60)
    | st.text(max_size=60).map("https://replicate.delivery/".__add__)
    | st.text(max_size=20).map(lambda host: f"https://{host}.replicate.delivery/x")
)


@pytest.fixture
def transport() -> Answers:
    return Answers()


@pytest.fixture
async def downloader(transport: Answers) -> AsyncIterator[PictureDownloader]:
    settings = make_settings(replicate_base_url="http://api.test:8000", replicate_api_token=SecretStr(TOKEN))
    downloader = PictureDownloader(settings, transport, PictureLimits(max_bytes=LIMIT))
    yield downloader
    await downloader.close()


@many
@given(url=URLS, answers=ANSWERS)
async def test_any_answer_is_a_picture_of_the_providers_or_none(
    url: str,
    answers: list[tuple[int, dict[bytes, bytes], list[bytes]]],
    transport: Answers,
    downloader: PictureDownloader,
) -> None:
    transport.prepared = answers
    transport.asked.clear()
    with suppress(DownloadFailed):
        content = await downloader.download(url)
        assert len(content) <= LIMIT
        sent = answers[min(len(transport.asked), len(answers)) - 1]
        assert content == b"".join(sent[2])
    assert len(transport.asked) <= 4
    assert {asked.host.endswith("replicate.delivery") for asked, _ in transport.asked} <= {True}
    assert {asked.scheme for asked, _ in transport.asked} <= {"https"}
    for (_, before), (_, token) in pairwise([(None, None), *transport.asked]):
        assert before is None or token is None, "a token went on after a redirect"


# The system's own record of a process's most memory begins with that of the one that started it.
BOMB = """
import sys, threading, time
import psutil
from core.pictures.image import NotAPicture, examine

def used():
    return psutil.Process().memory_info().rss // 1024**2

def watch():
    while True:
        seen.append(used())
        time.sleep(0.005)

content = sys.stdin.buffer.read()
seen = [before := used()]
threading.Thread(target=watch, daemon=True).start()
try:
    examine(content)
except NotAPicture:
    pass
print(max(seen) - before)
"""


@pytest.mark.asvs("5.2.1", "5.2.3")
@pytest.mark.parametrize(("size", "megabytes"), [(5000, 450), (5001, 60)])
def test_a_small_file_with_many_pixels_takes_bounded_memory(size: int, megabytes: int) -> None:
    """As many as are allowed, and some more: in a process of its own, to be measured."""
    buffer = BytesIO()
    Image.new("RGB", (size, size)).save(buffer, "WEBP", lossless=True)  # of all kinds it takes the most
    assert len(buffer.getvalue()) < 2000
    ran = subprocess.run(
        [sys.executable, "-c", BOMB], cwd=ROOT, input=buffer.getvalue(), capture_output=True, check=True
    )
    assert int(ran.stdout) < megabytes
