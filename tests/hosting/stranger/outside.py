"""What is outside of the host: an identity provider, the provider of pictures, and a person's browser.

`python -m tests.hosting.stranger.outside serve` serves the first two until it is ended; `... visit SEEN`
signs in and makes a picture, `... visit SEEN again` finds it. What was seen is written to the file SEEN.
"""

import json
import signal
import ssl
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.sign_in.identity_provider import IdentityProvider
from tests.support.emulator import FaultyEmulator
from tests.support.servers import serve_in_thread
from tests.support.waiting import wait_until

ISSUER_PORT, PICTURES_PORT = 9001, 9002
NAME = "easel.example"
EMAIL = "you@example.com"
GENERATIONS = "/api/v1/generations"


def serve() -> None:
    identity = IdentityProvider()
    identity.claims = {"email": EMAIL, "email_verified": True}
    pictures = FaultyEmulator(seconds_to_start=0.0, seconds_to_draw=0.5)
    with (
        serve_in_thread(identity.app(), port=ISSUER_PORT) as identity.url,
        serve_in_thread(pictures.app(), port=PICTURES_PORT),
    ):
        signal.pause()


def visit(seen: Path, *, again: bool) -> None:
    trusted = ssl.create_default_context(cafile="/etc/ssl/easel.pem")
    with httpx.Client(base_url=f"https://{NAME}", verify=trusted, timeout=60) as browser:
        sign_in(browser)
        run = json.loads(seen.read_text()) if again else make_picture(browser)
        image = browser.get(f"{GENERATIONS}/{run['id']}/image")
        assert (image.status_code, image.headers["content-type"]) == (200, "image/png")
        [listed] = browser.get(GENERATIONS).json()["data"]["items"]
        assert listed["id"] == run["id"]
        seen.write_text(json.dumps(run))


def sign_in(browser: httpx.Client) -> None:
    chosen = browser.get("/auth/login/oidc")
    approved = httpx.post(chosen.headers["location"], data={"sub": "ada"})
    callback = urlsplit(approved.headers["location"])
    assert callback.netloc == NAME
    arrived = browser.get(f"{callback.path}?{callback.query}")
    assert arrived.headers["location"] == "/dashboard/generate", arrived.headers


def make_picture(browser: httpx.Client) -> dict[str, Any]:
    headers = {"Origin": f"https://{NAME}", "Prefer": "wait=30"}
    reply = browser.post(f"{GENERATIONS}/submit", json={"prompt": "a red kite"}, headers=headers)
    run: dict[str, Any] = reply.json()["data"]
    wait_until(lambda: browser.get(f"{GENERATIONS}/{run['id']}/image").status_code == 200, 30)
    return run


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve()
    else:
        visit(Path(sys.argv[2]), again=len(sys.argv) > 3)
