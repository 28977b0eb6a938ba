"""What `deploy/nginx.conf` does by itself: without https, with old ciphers, and while nobody is behind it."""

import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.hosting.fleet import Certificate, configured, is_listened_to, nginx_with
from tests.support.servers import free_port
from tests.support.waiting import wait_until

CODE = "code=of-a-sign-in"


@dataclass(frozen=True)
class Nginx:
    """With nobody behind it."""

    port: int
    redirecting_port: int
    folder: Path


@pytest.fixture(scope="module")
def nginx(certificate: Certificate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    nginx = Nginx(free_port(), free_port(), tmp_path_factory.mktemp("nginx"))
    nobody = [free_port(), free_port()]
    conf = configured(nobody, certificate, nginx.folder, nginx.port, nginx.redirecting_port)
    with nginx_with(conf, nginx.folder, lambda: is_listened_to(nginx.port)):
        yield nginx


@pytest.mark.asvs("4.1.2")
@pytest.mark.parametrize(
    ("path", "status"),
    [("/", 301), ("/dashboard/generate", 301), ("/api/v1/me", 403), ("/metrics", 403)],
)
def test_pages_are_redirected_to_https_and_programs_are_not(nginx: Nginx, path: str, status: int) -> None:
    reply = httpx.get(f"http://127.0.0.1:{nginx.redirecting_port}{path}")
    assert reply.status_code == status
    assert ("Location" in reply.headers) == (status == 301)


@pytest.mark.asvs("12.1.2")
@pytest.mark.parametrize(
    ("ciphers", "is_taken"),
    [("ECDHE-ECDSA-AES128-GCM-SHA256", True), ("ECDHE-ECDSA-AES256-SHA384", False), ("ECDHE+SHA1", False)],
)
def test_only_recommended_ciphers_are_taken(
    nginx: Nginx, certificate: Certificate, ciphers: str, is_taken: bool
) -> None:
    context = ssl.create_default_context(cafile=str(certificate.path))
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(ciphers)
    with socket.create_connection(("127.0.0.1", nginx.port), timeout=5) as connection:
        if is_taken:
            context.wrap_socket(connection, server_hostname="127.0.0.1").close()
        else:
            with pytest.raises(ssl.SSLError, match="HANDSHAKE_FAILURE"):
                context.wrap_socket(connection, server_hostname="127.0.0.1")


@pytest.mark.asvs("14.2.1")
def test_no_log_has_a_query_even_of_what_is_refused(nginx: Nginx, certificate: Certificate) -> None:
    context = ssl.create_default_context(cafile=str(certificate.path))
    paths = ["/auth/callback/oidc", "/api/v1/generations", "/_nicegui_ws/socket.io/"]
    with httpx.Client(base_url=f"https://127.0.0.1:{nginx.port}", verify=context) as http:
        for path in paths:
            assert http.get(f"{path}?{CODE}").status_code == 502
    wait_until(lambda: all(path in (nginx.folder / "easel.log").read_text() for path in paths))
    for log in nginx.folder.glob("*.log"):
        assert CODE not in log.read_text(), log.name
