"""Caddy does with `deploy/Caddyfile` what nginx does with its file."""

import re
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from playwright.async_api import Browser

from tests.hosting.fleet import Certificate, Fleet, is_answered, running, two_processes
from tests.hosting.programs import require
from tests.hosting.screens import BACK_SECONDS, open_screen
from tests.hosting.test_spreading import PEOPLE, connect, expect_even, socket_of_a_page
from tests.sign_in.identity_provider import IdentityProvider
from tests.support.database import TestDatabase
from tests.support.provider import EmulatedProvider
from tests.support.servers import ROOT, clean_environment, free_port
from tests.support.waiting import until, wait_until

CADDYFILE = (ROOT / "deploy" / "Caddyfile").read_text()
# No certificate of its own, and nothing at ports that others may use.
OPTIONS = "{\n\tadmin off\n\tauto_https disable_redirects\n}\n"


@pytest.fixture(scope="module")
def served_fleet(
    tmp_path_factory: pytest.TempPathFactory,
    migrated: TestDatabase,
    served_provider: EmulatedProvider,
    served_identity: IdentityProvider,
    certificate: Certificate,
) -> Iterator[Fleet]:
    port = free_port()
    folder = tmp_path_factory.mktemp("fleet")
    with two_processes(
        folder,
        migrated,
        provider_url=served_provider.url,
        issuer=served_identity.url,
        certificate=certificate,
        url=f"https://127.0.0.1:{port}",
    ) as fleet:
        (folder / "Caddyfile").write_text(configured(fleet))
        command = [require("caddy"), "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
        environment = clean_environment(XDG_DATA_HOME=str(folder), XDG_CONFIG_HOME=str(folder))
        with running(command, folder / "caddy.out", env=environment) as caddy:
            wait_until(lambda: caddy.poll() is not None or is_answered(fleet))
            assert caddy.poll() is None, (folder / "caddy.out").read_text()
            yield fleet


def configured(fleet: Fleet) -> str:
    """The file with the ports and the certificate of a test, and otherwise as it is."""
    certificate = f"tls {fleet.certificate.path} {fleet.certificate.key}"
    changes = {
        r"\b8080\b": str(fleet.ports[0]),
        r"\b8081\b": str(fleet.ports[1]),
        r"^easel\.example \{": f"{fleet.url} {{\n\t{certificate}",
    }
    text = CADDYFILE
    for pattern, replacement in changes.items():
        text, found = re.subn(pattern, replacement, text, flags=re.MULTILINE)
        assert found, f"deploy/Caddyfile has no {pattern}"
    return OPTIONS + text


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_pages_are_spread_evenly_and_their_sockets_with_them(fleet: Fleet, transport: str) -> None:
    built: Counter[str] = Counter()
    async with fleet.client() as http:
        for _ in range(PEOPLE):
            page = await socket_of_a_page(http, fleet)
            await connect(http, page, transport)
            built[page["process"]] += 1
    expect_even(fleet, built)


async def test_a_page_whose_process_dies_goes_on_at_the_other(
    fleet: Fleet, browser: Browser, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    screen = await open_screen(browser, fleet)
    died = fleet.ports.index(await screen.port)
    began = time.monotonic()
    fleet.processes[died].kill()
    await until(lambda: len(screen.loads) > 1, BACK_SECONDS)
    await screen.expect_draft_and_run(BACK_SECONDS)
    assert time.monotonic() - began < BACK_SECONDS
    assert await screen.port == fleet.ports[1 - died]
    await screen.page.context.close()
