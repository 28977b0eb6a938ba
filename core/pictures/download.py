"""Download a picture from the provider: only from its hosts, complete, and within a size limit."""

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache
from urllib.parse import urljoin, urlsplit

import httpx

from core.limits import PictureLimits
from core.settings import Settings

_PROVIDER_HOST = "replicate.delivery"
_MAX_REDIRECTS = 3


@cache
def _certificates() -> ssl.SSLContext:
    """Read once: to do so takes 40 ms."""
    return httpx.create_ssl_context(trust_env=False)


class DownloadFailed(Exception):
    """The picture could not be downloaded; the message has the reason, without the address."""


class PictureDownloader:
    """Downloads from `replicate.delivery`, its subdomains, and the host of `REPLICATE_BASE_URL`.

    The token is sent only to a host that answers 401 or 403, which is always one of these.
    """

    def __init__(
        self,
        settings: Settings,
        transport: httpx.AsyncBaseTransport | None = None,
        limits: PictureLimits = PictureLimits(),
    ) -> None:
        self._limits = limits
        own = settings.public_url if settings.is_demo else settings.replicate_base_url
        self._own = urlsplit(own)[:2] if own else None
        own_source = ("://".join(self._own),) if self._own else ()
        self.sources = (f"https://{_PROVIDER_HOST}", f"https://*.{_PROVIDER_HOST}", *own_source)
        """The same places, as a browser's policy names them."""
        token = settings.replicate_api_token
        self._token = token.get_secret_value() if token else None
        self._http = httpx.AsyncClient(
            transport=transport,
            timeout=20.0,
            trust_env=False,
            verify=_certificates(),
            headers={"Accept-Encoding": "identity"},
        )

    async def download(self, url: str) -> bytes:
        """The bytes at `url`, within `PictureLimits`. Raises `DownloadFailed`."""
        try:
            async with asyncio.timeout(self._limits.download_seconds):
                return await self._follow(url)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, TimeoutError) as error:
            raise DownloadFailed(type(error).__name__) from error

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def _follow(self, url: str) -> bytes:
        headers: dict[str, str] = {}
        for _ in range(_MAX_REDIRECTS + 1):
            if not self._is_allowed(url):
                raise DownloadFailed("the address is not one of the provider's")
            async with self._http.stream("GET", url, headers=headers) as response:
                if response.is_success:
                    return await _read(response, self._limits.max_bytes)
                if response.has_redirect_location:
                    url = urljoin(url, response.headers["location"])
                    headers = {}
                elif response.status_code in {401, 403} and self._token and not headers:
                    headers = {"Authorization": f"Bearer {self._token}"}
                else:
                    raise DownloadFailed(f"status {response.status_code}")
        raise DownloadFailed("too many redirects")

    def _is_allowed(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
        except ValueError:
            return False
        if (parts.scheme, parts.netloc) == self._own:
            return True
        is_providers = host == _PROVIDER_HOST or host.endswith(f".{_PROVIDER_HOST}")
        return parts.scheme == "https" and is_providers and parts.netloc == host


async def _read(response: httpx.Response, max_bytes: int) -> bytes:
    if _announced(response.headers) > max_bytes:
        raise DownloadFailed("too large")
    if response.headers.get("content-encoding", "identity") != "identity":  # unasked
        raise DownloadFailed("compressed, which a small part could be without end")
    content = bytearray()
    async for part in response.aiter_bytes():
        content += part
        if len(content) > max_bytes:
            raise DownloadFailed("too large")
    return bytes(content)


def _announced(headers: Mapping[str, str]) -> int:
    length = headers.get("content-length", "")
    return int(length) if length.isdecimal() else 0
