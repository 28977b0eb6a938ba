"""Downloads: from the provider's hosts only, whole, not too large, and the token to nobody unasked."""

import asyncio
import gzip
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import httpx
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from core.limits import Limits, PictureLimits
from core.pictures.download import DownloadFailed, PictureDownloader
from tests.support.application import make_settings
from tests.support.faults import DroppedConnection
from tests.support.limits import with_limits
from tests.support.servers import serve_in_thread

TOKEN = "r8_test_token"
LIMIT = 2000


@dataclass
class Hosts(httpx.AsyncBaseTransport):
    """Every host of the world on one local server; keeps who was asked, and with which token."""

    url: str
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    accepted: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._wrapped = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append((str(request.url), request.headers.get("authorization")))
        self.accepted.add(request.headers["accept-encoding"])
        local = httpx.URL(self.url).copy_with(raw_path=request.url.raw_path)
        return await self._wrapped.handle_async_request(
            httpx.Request(request.method, local, headers=request.headers, stream=request.stream)
        )

    async def aclose(self) -> None:
        await self._wrapped.aclose()


async def _redirect(request: Request) -> Response:
    return RedirectResponse(request.query_params["to"])


async def _protected(request: Request) -> Response:
    is_known = request.headers.get("authorization") == f"Bearer {TOKEN}"
    return Response(b"for token holders" if is_known else b"", 200 if is_known else 401)


async def _streamed(request: Request) -> Response:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(int(request.query_params["parts"])):
            yield b"x" * 100

    return StreamingResponse(parts())


async def _endless(_: Request) -> Response:
    async def drops() -> AsyncIterator[bytes]:
        while True:
            yield b"x"
            await asyncio.sleep(0.02)

    return StreamingResponse(drops())


async def _with_status(request: Request) -> Response:
    return Response(b"no", int(request.path_params["status"]))


async def _compressed(_: Request) -> Response:
    return Response(gzip.compress(b"x" * 100), headers={"Content-Encoding": "gzip"})


async def _dropped(_: Request) -> Response:
    return DroppedConnection()


async def _sized(request: Request) -> Response:
    return Response(b"x" * int(request.query_params["bytes"]))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    routes = [
        Route("/redirect", _redirect),
        Route("/protected", _protected),
        Route("/streamed", _streamed),
        Route("/endless", _endless),
        Route("/dropped", _dropped),
        Route("/compressed", _compressed),
        Route("/status/{status}", _with_status),
        Route("/{name}.png", _sized),
    ]
    with serve_in_thread(Starlette(routes=routes)) as url:
        yield url


@pytest.fixture
async def hosts(server: str) -> Hosts:
    return Hosts(server)


@pytest.fixture
async def downloader(hosts: Hosts, limits: Limits) -> AsyncIterator[PictureDownloader]:
    settings = make_settings(
        replicate_base_url="http://api.test:8000/v1", replicate_api_token=SecretStr(TOKEN)
    )
    downloader = PictureDownloader(settings, hosts, limits.pictures)
    yield downloader
    await downloader.close()


def redirect(to: str, at: str = "https://replicate.delivery") -> str:
    return str(httpx.URL(f"{at}/redirect", params={"to": to}))


@pytest.mark.parametrize(
    "origin",
    ["https://replicate.delivery", "https://pbxt.replicate.delivery", "http://api.test:8000"],
)
async def test_the_providers_hosts_are_downloaded_from(
    downloader: PictureDownloader, hosts: Hosts, origin: str
) -> None:
    assert await downloader.download(f"{origin}/1.png?bytes=3") == b"xxx"
    assert hosts.asked == [(f"{origin}/1.png?bytes=3", None)]


OTHER_HOSTS = [
    "http://replicate.delivery/1.png",
    "http://pbxt.replicate.delivery/1.png",
    "https://replicate.delivery.evil.test/1.png",
    "https://evilreplicate.delivery/1.png",
    "https://.replicate.delivery.evil.test/1.png",
    "https://replicate.delivery@evil.test/1.png",
    "https://ada@replicate.delivery/1.png",
    "https://evil.test#@replicate.delivery/1.png",
    "https://evil.test\\@replicate.delivery/1.png",
    "https://evil.test?.replicate.delivery/1.png",
    "https://replicate.delivery:8443/1.png",
    "https://replicate.delivery\n.evil.test/1.png",
    "http://api.test/1.png",
    "http://api.test:8001/1.png",
    "http://ada@api.test:8000/1.png",
    "ftp://api.test:8000/1.png",
    "https://127.0.0.1/1.png",
    "http://169.254.169.254/latest/meta-data",
    "file:///etc/passwd",
    "data:image/png;base64,AAAA",
    "https://[::1/1.png",
    "//replicate.delivery/1.png",
    "",
]


@pytest.mark.asvs("1.3.6", "13.2.4")
@pytest.mark.parametrize("url", OTHER_HOSTS)
async def test_no_other_address_is_ever_asked(downloader: PictureDownloader, hosts: Hosts, url: str) -> None:
    with pytest.raises(DownloadFailed, match="not one of the provider's"):
        await downloader.download(url)
    assert hosts.asked == []


@pytest.mark.asvs("1.3.6", "15.3.2")
@pytest.mark.parametrize("url", [url for url in OTHER_HOSTS if "://" in url or url.startswith("data:")])
async def test_a_redirect_leads_to_no_other_address_either(
    downloader: PictureDownloader, hosts: Hosts, url: str
) -> None:
    with pytest.raises(DownloadFailed):
        await downloader.download(redirect(url))
    assert len(hosts.asked) == 1


async def test_without_a_base_url_only_the_pictures_hosts_are_allowed(hosts: Hosts) -> None:
    downloader = PictureDownloader(make_settings(), hosts)
    for url in ("https://api.replicate.com/1.png", "http:///1.png", "http://api.test:8000/1.png"):
        with pytest.raises(DownloadFailed):
            await downloader.download(url)
    assert await downloader.download("https://replicate.delivery/1.png?bytes=1") == b"x"
    await downloader.close()


@pytest.mark.asvs("15.3.2")
async def test_redirects_among_the_providers_hosts_are_followed_three_times(
    downloader: PictureDownloader, hosts: Hosts
) -> None:
    url = "https://a.replicate.delivery/1.png?bytes=5"
    for origin in ("https://b.replicate.delivery", "http://api.test:8000", "https://replicate.delivery"):
        url = redirect(url, origin)
    assert await downloader.download(url) == b"xxxxx"
    assert len(hosts.asked) == 4
    with pytest.raises(DownloadFailed, match="too many redirects"):
        await downloader.download(redirect(url))


async def test_a_redirect_may_name_a_path_alone(downloader: PictureDownloader) -> None:
    assert await downloader.download(redirect("/1.png?bytes=2")) == b"xx"


@pytest.mark.asvs("5.2.1")
@with_limits(pictures=PictureLimits(max_bytes=LIMIT))
@pytest.mark.parametrize("path", ["/1.png?bytes={}", "/streamed?parts={}"], ids=["announced", "streamed"])
async def test_what_is_too_large_is_refused_whether_announced_or_not(
    downloader: PictureDownloader, path: str
) -> None:
    fits = path.format(LIMIT if "png" in path else LIMIT // 100)
    over = path.format(LIMIT + 1 if "png" in path else LIMIT // 100 + 1)
    assert len(await downloader.download(f"https://replicate.delivery{fits}")) == LIMIT
    with pytest.raises(DownloadFailed, match="too large"):
        await downloader.download(f"https://replicate.delivery{over}")


def test_the_limit_is_50_mb() -> None:
    assert PictureLimits().max_bytes == 50 * 1024 * 1024


@with_limits(pictures=PictureLimits(max_bytes=5))
async def test_an_endless_picture_is_left_when_the_limit_is_reached(downloader: PictureDownloader) -> None:
    with pytest.raises(DownloadFailed, match="too large"):
        await downloader.download("https://replicate.delivery/endless")


async def test_the_token_goes_only_to_the_host_that_asks_for_it(
    downloader: PictureDownloader, hosts: Hosts
) -> None:
    url = "http://api.test:8000/protected"
    assert await downloader.download(redirect(url)) == b"for token holders"
    assert [token for _, token in hosts.asked] == [None, None, f"Bearer {TOKEN}"]


async def test_the_token_is_shown_once_and_not_to_the_next_host(
    downloader: PictureDownloader, hosts: Hosts
) -> None:
    for status in (401, 403):
        hosts.asked.clear()
        with pytest.raises(DownloadFailed, match=f"status {status}"):
            await downloader.download(f"https://replicate.delivery/status/{status}")
        assert [token for _, token in hosts.asked] == [None, f"Bearer {TOKEN}"]


async def test_a_redirect_after_the_token_does_not_carry_it_on(downloader: PictureDownloader) -> None:
    asked: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("authorization"))
        if request.url.host == "api.test":
            to = {"location": "https://replicate.delivery/1.png"}
            return httpx.Response(302, headers=to) if asked[-1] else httpx.Response(401)
        return httpx.Response(200, content=b"x")

    settings = make_settings(replicate_base_url="http://api.test:8000", replicate_api_token=SecretStr(TOKEN))
    downloader = PictureDownloader(settings, httpx.MockTransport(answer))
    assert await downloader.download("http://api.test:8000/1.png") == b"x"
    assert asked == [None, f"Bearer {TOKEN}", None]
    await downloader.close()


async def test_without_a_token_a_401_is_the_end(hosts: Hosts) -> None:
    settings = make_settings(replicate_api_token=None, public_url="http://127.0.0.1:8080")
    downloader = PictureDownloader(settings, hosts)
    with pytest.raises(DownloadFailed, match="status 401"):
        await downloader.download("http://127.0.0.1:8080/protected")
    assert len(hosts.asked) == 1
    await downloader.close()


@pytest.mark.parametrize("status", [304, 404, 410, 429, 500, 503])
async def test_a_status_that_is_no_picture(downloader: PictureDownloader, status: int) -> None:
    with pytest.raises(DownloadFailed, match=f"^status {status}$"):
        await downloader.download(f"https://replicate.delivery/status/{status}?secret=1")


@pytest.mark.asvs("5.2.3")
async def test_a_compressed_picture_is_refused_before_it_can_swell(
    downloader: PictureDownloader, hosts: Hosts
) -> None:
    with pytest.raises(DownloadFailed, match="compressed"):
        await downloader.download("https://replicate.delivery/compressed")
    assert hosts.accepted == {"identity"}


async def test_a_connection_that_drops_half_way_is_no_picture(downloader: PictureDownloader) -> None:
    with pytest.raises(DownloadFailed):
        await downloader.download("https://replicate.delivery/dropped")


@with_limits(pictures=PictureLimits(download_seconds=0.3))
async def test_a_download_ends_in_time_however_steadily_it_drips(downloader: PictureDownloader) -> None:
    started = time.monotonic()
    with pytest.raises(DownloadFailed, match="TimeoutError"):
        await downloader.download("https://replicate.delivery/endless")
    assert time.monotonic() - started < 3
