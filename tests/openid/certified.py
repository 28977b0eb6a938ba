"""`oidc-provider`, which the OpenID Foundation has certified, as a process of its own."""

import json
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.application import BASE_URL
from tests.support.servers import ROOT, START_SECONDS, clean_environment, free_port

PROGRAM = Path(__file__).with_name("provider.mjs")
SECRET = "a secret+with 100% of: what / needs=encoding~"
DISCOVERY = "/.well-known/openid-configuration"


@contextmanager
def certified_provider(
    *,
    port: int | None = None,
    path: str = "",
    kid: str = "first",
    authentication: Sequence[str] = ("client_secret_post", "client_secret_basic"),
    site: str = BASE_URL,
) -> Iterator[str]:
    """Its issuer. Each start has new keys, whose names begin with `kid`.

    Clients authenticate by the last of `authentication`, and discovery has them all.
    """
    port = port or free_port()
    options = {
        "port": port,
        "path": path,
        "kid": kid,
        "secret": SECRET,
        "authentication": authentication,
        "redirect": f"{site}/auth/callback/oidc",
        "afterwards": f"{site}/login",
    }
    process = subprocess.Popen(
        ["node", str(PROGRAM), json.dumps(options)],
        cwd=ROOT,
        env=clean_environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    issuer = f"http://127.0.0.1:{port}{path}"
    try:
        _wait_for(process, f"{issuer}{DISCOVERY}")
        yield issuer
    finally:
        process.terminate()
        process.wait()


def _wait_for(process: "subprocess.Popen[bytes]", address: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, "the provider did not start"
        try:
            httpx.get(address, timeout=2).raise_for_status()
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("the provider does not answer")
