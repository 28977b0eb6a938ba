"""The sockets of open pages answer pages of our own origin, whichever way these connect."""

import json
import re
from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from tests.support.database import TestDatabase
from tests.support.provider import EmulatedProvider
from tests.support.servers import EaselProcess, served_easel_on

PATH = "/_nicegui_ws/socket.io/?EIO=4&transport="
OTHER_SITES = [
    "https://evil.test",
    "null",
    "http://127.0.0.1:1",
    "https://127.0.0.1:{port}",
    "http://easel.test",
]
OWN = ["http://127.0.0.1:{port}", "http://localhost:{port}", None]
"""The last is of a program, which no browser lends its cookies."""


@pytest.fixture(scope="module")
def easel(
    migrated: TestDatabase, served_provider: EmulatedProvider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EaselProcess]:
    with served_easel_on(migrated, served_provider.url, tmp_path_factory.mktemp("sockets")) as process:
        yield process


def at(easel: EaselProcess, origin: str | None) -> str | None:
    return origin and origin.format(port=easel.port)


def poll(easel: EaselProcess, headers: dict[str, str], method: str = "GET") -> httpx.Response:
    return httpx.request(method, f"{easel.url}{PATH}polling", headers=headers)


def first_packet(easel: EaselProcess, origin: str | None) -> str | bytes:
    address = f"ws://127.0.0.1:{easel.port}{PATH}websocket"
    with connect(address, origin=Origin(origin) if origin else None) as socket:
        return socket.recv(timeout=10)


@pytest.mark.asvs("3.4.2", "4.4.2")
@pytest.mark.parametrize("origin", OTHER_SITES)
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "HEAD"])
def test_another_site_cannot_poll(easel: EaselProcess, origin: str, method: str) -> None:
    reply = poll(easel, {"Origin": at(easel, origin) or ""}, method)
    assert reply.status_code == 403
    assert not [name for name in reply.headers if name.startswith("access-control-")]


@pytest.mark.asvs("3.4.2")
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_cannot_poll_by_what_needs_no_origin(easel: EaselProcess, site: str) -> None:
    """A script's address, for example."""
    assert poll(easel, {"Sec-Fetch-Site": site}).status_code == 403


@pytest.mark.asvs("4.4.2")
@pytest.mark.parametrize("origin", OTHER_SITES)
def test_another_site_gets_no_web_socket(easel: EaselProcess, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        first_packet(easel, at(easel, origin))
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize("origin", OWN)
def test_our_own_pages_connect(easel: EaselProcess, origin: str | None) -> None:
    own = at(easel, origin)
    reply = poll(easel, {"Origin": own, "Sec-Fetch-Site": "same-origin"} if own else {})
    assert reply.status_code == 200
    assert reply.text.startswith('0{"sid":')
    assert not [name for name in reply.headers if name.startswith("access-control-")]
    assert str(first_packet(easel, own)).startswith('0{"sid":')


FORGED = "a line\n2026-11-27T23:00:00.000Z INFO core.repositories.audit [-] paused by nobody"
ODD = [
    ["event", [1]],
    ["event"],
    [],
    ["handshake", {"client_id": ["x"]}],
    ["handshake", {"client_id": "{page}", "tab_id": "t", "document_id": "d", "next_message_id": "x\ny"}],
    ["event", {"client_id": "{page}", "id": 3, "listener_id": "x\ny", "args": ["{"]}],
    ["ack", {"client_id": "{page}"}],
    ["javascript_response", {}],
]


def test_whoever_opens_a_page_writes_nothing_into_our_log(easel: EaselProcess) -> None:
    page = httpx.get(f"{easel.url}/login").text
    [page_id] = re.findall(r"'client_id': '([^']+)'", page)
    before = easel.log.read_text()
    messages = [["log", {"client_id": page_id, "level": "error", "message": FORGED}], *ODD]
    with connect(f"ws://127.0.0.1:{easel.port}{PATH}websocket") as socket:
        assert str(socket.recv(timeout=10)).startswith("0")
        socket.send("40")
        assert str(socket.recv(timeout=10)).startswith("40")
        for each in messages:
            socket.send("42" + json.dumps(each).replace("{page}", page_id))
        socket.send("42" + "[" * 3000)
        assert str(socket.recv(timeout=30)) == "2"  # it is still there for the next ping
    written = easel.log.read_text().removeprefix(before)
    assert [each for each in ("paused by nobody", "Traceback", "exception") if each in written] == []


def test_whoever_asks_for_a_socket_writes_nothing_into_our_log(easel: EaselProcess) -> None:
    before = easel.log.read_text()
    reply = httpx.get(f"{easel.url}{PATH}polling&sid={quote(FORGED)}")
    assert reply.status_code == 400
    written = easel.log.read_text().removeprefix(before)
    assert [each for each in ("paused by nobody", "Invalid session", "engineio") if each in written] == []
