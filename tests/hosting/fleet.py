"""Easel as it is hosted: two processes on one database, and a proxy that all reach from one address."""

import re
import socket
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx

from tests.hosting.programs import require
from tests.sign_in.identity_provider import CLIENT_ID, CLIENT_SECRET
from tests.support.database import TestDatabase
from tests.support.servers import ROOT, EaselProcess, free_port, served_settings
from tests.support.waiting import wait_until

NGINX_CONF = ROOT / "deploy" / "nginx.conf"
SESSION_COOKIE = "__Host-easel_session"
PROCESSES = 2
_AROUND = """
daemon off;
user root;
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 2048; }}
http {{
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/easel.conf;
}}
"""


@dataclass(frozen=True)
class Certificate:
    """Of 127.0.0.1, signed by itself."""

    path: Path
    key: Path


@dataclass
class Fleet:
    """The processes, and the address at which people reach them; `folder` has the logs of the proxy."""

    url: str
    processes: list[EaselProcess]
    settings: dict[str, Any]
    certificate: Certificate
    database: TestDatabase
    folder: Path

    @property
    def ports(self) -> list[int]:
        return [each.port for each in self.processes]

    def client(self, **options: Any) -> httpx.AsyncClient:
        context = ssl.create_default_context(cafile=str(self.certificate.path))
        return httpx.AsyncClient(base_url=self.url, verify=context, timeout=60, **options)

    def welcome(self) -> tuple[UUID, dict[str, str]]:
        """Somebody new: the owner, and the header that shows who they are."""
        owner_id, token = uuid4(), uuid4().hex
        self.database.sign_in(token, owner_id)
        return owner_id, {"Cookie": f"{SESSION_COOKIE}={token}"}

    def restart(self, number: int) -> None:
        """Start a process anew at the same port, once the one before has ended; returns when it is ready."""
        folder = self.folder / f"again-{time.monotonic_ns()}"
        folder.mkdir()
        self.processes[number].wait()
        self.processes[number] = EaselProcess(folder, port=self.ports[number], **self.settings)
        self.processes[number].wait_until_ready()

    def log(self) -> str:
        return (self.folder / "easel.log").read_text()


@contextmanager
def two_processes(
    folder: Path,
    database: TestDatabase,
    *,
    provider_url: str,
    issuer: str,
    certificate: Certificate,
    url: str,
) -> Iterator[Fleet]:
    database.empty()
    settings = served_settings(database, provider_url, folder / "data") | {
        "PUBLIC_URL": url,
        "OIDC_ISSUER": issuer,
        "OIDC_CLIENT_ID": CLIENT_ID,
        "OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "ALLOW_EVERYONE": "true",
    }
    fleet = Fleet(url, [], settings, certificate, database, folder)
    try:
        fleet.processes += [EaselProcess(folder, **settings) for _ in range(PROCESSES)]
        for each in fleet.processes:
            each.wait_until_ready()
        yield fleet
    finally:
        for each in fleet.processes:
            each.stop()


def configured(
    ports: list[int], certificate: Certificate, folder: Path, port: int, redirecting_port: int
) -> str:
    """`deploy/nginx.conf` with the ports, the certificate and the logs of a test, and otherwise as it is."""
    text = NGINX_CONF.read_text()
    changes = {
        r"\b8080\b": str(ports[0]),
        r"\b8081\b": str(ports[1]),
        r"(listen (?:\[::\]:)?)443\b": rf"\g<1>{port}",
        r"(listen (?:\[::\]:)?)80\b": rf"\g<1>{redirecting_port}",
        r"/etc/ssl/easel\.pem": str(certificate.path),
        r"/etc/ssl/easel\.key": str(certificate.key),
        r"/var/log/nginx": str(folder),
    }
    for pattern, replacement in changes.items():
        text, found = re.subn(pattern, replacement, text)
        assert found, f"deploy/nginx.conf has no {pattern}"
    return text


@contextmanager
def nginx_before(fleet: Fleet) -> Iterator[None]:
    port = httpx.URL(fleet.url).port
    assert port
    conf = configured(fleet.ports, fleet.certificate, fleet.folder, port, free_port())
    with nginx_with(conf, fleet.folder, lambda: is_answered(fleet)):
        yield


@contextmanager
def nginx_with(conf: str, folder: Path, is_up: Callable[[], bool]) -> Iterator[None]:
    (folder / "easel.conf").write_text(conf)
    (folder / "nginx.conf").write_text(_AROUND.format(folder=folder))
    command = [require("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf")]
    log = folder / "nginx.out"
    with running(command, log) as nginx:
        wait_until(lambda: nginx.poll() is not None or is_up())
        assert nginx.poll() is None, log.read_text()
        yield


@contextmanager
def running(command: list[str], log: Path, **options: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """A program that serves while the block runs."""
    with log.open("wb") as output, ExitStack() as stack:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, **options)
        stack.callback(process.wait, 20)
        stack.callback(process.terminate)
        yield process


def is_answered(fleet: Fleet) -> bool:
    try:
        return httpx.get(f"{fleet.url}/healthz", verify=False).status_code == 200  # noqa: S501
    except httpx.TransportError:
        return False


def is_listened_to(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def make_certificate(folder: Path) -> Certificate:
    made = Certificate(folder / "easel.pem", folder / "easel.key")
    command = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1"
    where = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(made.key), "-out", str(made.path)]
    subprocess.run([require("openssl"), *command.split(), *where], check=True, capture_output=True)
    return made
