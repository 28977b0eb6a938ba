"""Caddy does with `deploy/Caddyfile` what nginx does with its file."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser

from tests.hosting.fleet import Certificate, Fleet, is_answered, is_listened_to, running
from tests.hosting.programs import require
from tests.hosting.screens import open_screen
from tests.hosting.test_rolling_restart import Happening, expect_nobody_to_notice, kill_one, restart_each
from tests.hosting.test_spreading import expect_pages_to_be_spread, expect_to_go_on_at_the_other
from tests.support.provider import EmulatedProvider
from tests.support.servers import ROOT, clean_environment, free_port
from tests.support.waiting import wait_until

CADDYFILE = (ROOT / "deploy" / "Caddyfile").read_text()
# No certificate of its own, and nothing at ports that others may use.
OPTIONS = "{\n\tadmin off\n\tauto_https disable_redirects\n"
CODE = "code=of-a-sign-in"


@pytest.fixture(scope="module")
def served_fleet(unproxied_fleet: Fleet, certificate: Certificate) -> Iterator[Fleet]:
    fleet = unproxied_fleet
    caddyfile = configured(fleet.ports, certificate, fleet.url)
    with caddy_with(caddyfile, fleet.folder, lambda: is_answered(fleet)):
        yield fleet


@contextmanager
def caddy_with(caddyfile: str, folder: Path, is_up: Callable[[], bool]) -> Iterator[None]:
    (folder / "Caddyfile").write_text(caddyfile)
    command = [require("caddy"), "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
    environment = clean_environment(XDG_DATA_HOME=str(folder), XDG_CONFIG_HOME=str(folder))
    with running(command, folder / "caddy.out", env=environment) as caddy:
        wait_until(lambda: caddy.poll() is not None or is_up())
        assert caddy.poll() is None, (folder / "caddy.out").read_text()
        yield


def configured(ports: list[int], certificate: Certificate, url: str) -> str:
    """The file with the ports and the certificate of a test, and otherwise as it is."""
    changes = {
        r"\b8080\b": str(ports[0]),
        r"\b8081\b": str(ports[1]),
        r"^\{\n": OPTIONS,
        r"^easel\.example \{": f"{url} {{\n\ttls {certificate.path} {certificate.key}",
    }
    text = CADDYFILE
    for pattern, replacement in changes.items():
        text, found = re.subn(pattern, replacement, text, flags=re.MULTILINE)
        assert found, f"deploy/Caddyfile has no {pattern}"
    return text


def test_what_is_refused_is_logged_without_its_query(certificate: Certificate, tmp_path: Path) -> None:
    port = free_port()
    caddyfile = configured([free_port(), free_port()], certificate, f"https://127.0.0.1:{port}")
    with caddy_with(caddyfile, tmp_path, lambda: is_listened_to(port)):
        referring = {"Referer": f"https://127.0.0.1:{port}/?{CODE}"}
        url = f"https://127.0.0.1:{port}/auth/callback/oidc?{CODE}"
        reply = httpx.get(url, headers=referring, verify=False, timeout=60)  # noqa: S501
        assert reply.status_code == 502
        wait_until(lambda: "/auth/callback/oidc" in (tmp_path / "caddy.out").read_text())
    assert CODE not in (tmp_path / "caddy.out").read_text()


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_pages_are_spread_evenly_and_their_sockets_with_them(fleet: Fleet, transport: str) -> None:
    await expect_pages_to_be_spread(fleet, transport)


async def test_a_page_whose_process_dies_goes_on_at_the_other(
    fleet: Fleet, browser: Browser, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    screen = await open_screen(browser, fleet)
    fleet.restart(await expect_to_go_on_at_the_other(fleet, screen))
    await screen.page.context.close()


@pytest.mark.parametrize("happens", [restart_each, kill_one])
async def test_no_request_fails_and_every_page_goes_on(
    fleet: Fleet, browser: Browser, provider: EmulatedProvider, happens: Happening
) -> None:
    await expect_nobody_to_notice(fleet, browser, provider, happens)
