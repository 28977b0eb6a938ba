"""What every answer tells browsers, also one that no middleware has seen; and what they may keep."""

from collections.abc import Iterator

import httpx
import pytest

from tests.api.envelopes import SUBMIT
from tests.support.database import TestDatabase
from tests.support.people import SignedIn
from tests.support.provider import EmulatedProvider
from tests.support.raw_http import all_of, connect, request
from tests.support.servers import EaselProcess, free_port, served_settings

SOCKET = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
HANDSHAKE = (
    *("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"),
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
)
EXPECTED = {
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}


@pytest.fixture(scope="module")
def on_https(
    migrated: TestDatabase, served_provider: EmulatedProvider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EaselProcess]:
    """Easel as if behind a proxy with TLS, on this computer."""
    folder, port = tmp_path_factory.mktemp("https"), free_port()
    migrated.empty()
    settings = served_settings(migrated, served_provider.url, folder / "data")
    with EaselProcess(folder, port=port, PUBLIC_URL=f"https://127.0.0.1:{port}", **settings) as easel:
        yield easel


def headers_of(answer: bytes) -> dict[str, str]:
    lines = answer.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    names = [line.partition(": ")[0].lower() for line in lines]
    assert len(names) == len(set(names))
    return dict(zip(names, (line.partition(": ")[2] for line in lines), strict=True))


def expect_all(headers: dict[str, str]) -> None:
    assert EXPECTED.items() <= headers.items()
    assert "camera=(), " in headers["permissions-policy"]
    policy = headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(policy)


@pytest.mark.asvs("3.4.1", "3.4.4", "3.4.5", "3.4.6", "3.4.8", "3.5.8")
@pytest.mark.parametrize(
    ("status", "sent"),
    [
        (200, request("/healthz", "Connection: close")),
        (200, request("/login", "Connection: close")),
        (303, request("/dashboard", "Connection: close")),
        (401, request("/api/v1/me", "Connection: close")),
        (404, request("/nothing", "Connection: close")),
        (405, request("/healthz", "Connection: close", method="TRACE")),
        (403, request("/login", "Connection: close", "Origin: https://evil.test", method="POST")),
        (403, request(SOCKET, *HANDSHAKE, "Origin: https://evil.test")),
        # From here on by the server, before there is a request.
        (400, b"nonsense\r\n\r\n"),
        (400, request("/", "Host: another")),
        (400, f"GET / HTTP/1.1\r\nX: {'y' * 66_000}".encode()),
        (400, request(SOCKET, "Connection: Upgrade", "Upgrade: websocket")),
    ],
)
def test_every_answer_has_them(on_https: EaselProcess, status: int, sent: bytes) -> None:
    with connect(on_https.url, sent) as connection:
        answer = all_of(connection)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
    expect_all(headers_of(answer))


@pytest.mark.asvs("14.3.2", "14.2.2")
@pytest.mark.parametrize(
    "path",
    [
        *("/login", "/dashboard", "/dashboard/generate", "/account", "/admin", "/", "/auth/login/oidc"),
        *("/api/v1/me", "/api/v1/me/sessions", "/api/v1/me/export", "/api/v1/tokens"),
        *("/api/v1/generations/nothing", "/nothing", "/healthz", "/readyz"),
    ],
)
async def test_browsers_keep_nothing_of_a_person(ada: SignedIn, path: str) -> None:
    directives = (await ada.http.get(path)).headers["cache-control"].split(", ")
    assert "no-store" in directives
    assert "public" not in directives


async def test_browsers_keep_no_answer_to_a_change(ada: SignedIn) -> None:
    for reply in (
        await ada.http.post(SUBMIT, json={"prompt": "a red kite"}),
        await ada.http.post(SUBMIT, json={"prompt": ""}),
        await ada.http.post("/api/v1/tokens", json={"name": "a", "scopes": ["read"], "expires_in_days": 1}),
    ):
        assert reply.headers["cache-control"] == "no-store"


async def test_files_of_the_screens_are_kept(http: httpx.AsyncClient) -> None:
    reply = await http.get("/favicon.ico")
    assert (reply.status_code, reply.headers["cache-control"]) == (200, "public, max-age=86400")
    assert reply.headers["content-type"].startswith("image/svg+xml")


@pytest.mark.asvs("4.1.1")
@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/api/v1/generations", "application/json"),
        ("/api/nothing", "application/json"),
        ("/healthz", "application/json"),
        ("/login", "text/html; charset=utf-8"),
        ("/nothing", "text/html; charset=utf-8"),
    ],
)
async def test_an_answer_says_what_it_is(http: httpx.AsyncClient, path: str, content_type: str) -> None:
    assert (await http.get(path)).headers["Content-Type"] == content_type
