"""Azurite, Microsoft's emulator of Azure's storage, as a process of its own that keeps nothing."""

import base64
import hashlib
import hmac
import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import formatdate
from pathlib import Path
from uuid import uuid4

import httpx

from tests.support.servers import ROOT, START_SECONDS, clean_environment, free_port

PROGRAM = ROOT / ".venv" / "node" / "node_modules" / ".bin" / "azurite-blob"
ACCOUNT = "easelpictures"
_API_VERSION = "2021-12-02"


@dataclass(frozen=True)
class Azurite:
    origin: str
    key: str

    @property
    def environment(self) -> dict[str, str]:
        return {
            "AZURE_STORAGE_ACCOUNT_NAME": ACCOUNT,
            "AZURE_STORAGE_ACCOUNT_KEY": self.key,
            "AZURE_STORAGE_ENDPOINT": f"{self.origin}/{ACCOUNT}",
            "AZURE_ALLOW_HTTP": "true",
        }

    def create_container(self) -> str:
        name = f"pictures-{uuid4().hex}"
        self._ask("PUT", name, "restype=container").raise_for_status()
        return name

    def names(self, container: str) -> list[str]:
        """What is in it."""
        answer = self._ask("GET", container, "restype=container&comp=list").raise_for_status().text
        return [part.partition("</Name>")[0] for part in answer.split("<Name>")[1:]]

    def _ask(self, method: str, container: str, query: str) -> httpx.Response:
        """A request that is signed with the account's key."""
        headers = {"x-ms-date": formatdate(usegmt=True), "x-ms-version": _API_VERSION}
        signed = [method, *[""] * 11]
        signed += [f"{name}:{value}" for name, value in headers.items()]
        signed += [f"/{ACCOUNT}/{ACCOUNT}/{container}"]
        signed += [part.replace("=", ":") for part in sorted(query.split("&"))]
        digest = hmac.digest(base64.b64decode(self.key), "\n".join(signed).encode(), hashlib.sha256)
        headers["Authorization"] = f"SharedKey {ACCOUNT}:{base64.b64encode(digest).decode()}"
        return httpx.request(method, f"{self.origin}/{ACCOUNT}/{container}?{query}", headers=headers)


@contextmanager
def azurite(folder: Path) -> Iterator[Azurite]:
    port, key = free_port(), base64.b64encode(secrets.token_bytes(32)).decode()
    command = [str(PROGRAM), "--inMemoryPersistence", "--silent", "--disableTelemetry"]
    process = subprocess.Popen(
        [*command, "--blobHost", "127.0.0.1", "--blobPort", str(port)],
        cwd=folder,
        env=clean_environment(AZURITE_ACCOUNTS=f"{ACCOUNT}:{key}"),
        stdout=subprocess.DEVNULL,
    )
    try:
        _wait_for(process, f"http://127.0.0.1:{port}")
        yield Azurite(f"http://127.0.0.1:{port}", key)
    finally:
        process.terminate()
        process.wait()


def _wait_for(process: "subprocess.Popen[bytes]", origin: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "Azurite did not start"
        try:
            httpx.get(origin, timeout=2)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("Azurite does not answer")
