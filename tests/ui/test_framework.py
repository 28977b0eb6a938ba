"""NiceGUI's application with Easel's middleware in place of its own."""

from pathlib import Path

import httpx
import pytest
from nicegui import ui
from nicegui.version import __version__

from tests.support.database import TestDatabase
from tests.support.people import SignedIn
from tests.support.provider import EmulatedProvider
from tests.support.servers import served_easel_on


@pytest.mark.parametrize("name", ["static/nicegui.js", "static/quasar.umd.prod.js"])
async def test_browsers_may_keep_its_files(http: httpx.AsyncClient, name: str) -> None:
    reply = await http.get(f"/_nicegui/{__version__}/{name}")
    assert reply.status_code == 200
    assert "immutable" in reply.headers["cache-control"]


def test_a_process_that_has_built_no_page_has_their_files(
    migrated: TestDatabase, served_provider: EmulatedProvider, tmp_path: Path
) -> None:
    """The page may be another process's, and the proxy asks any of them for its files."""
    with served_easel_on(migrated, served_provider.url, tmp_path) as easel:
        component = ui.timer.component
        assert component
        reply = httpx.get(f"{easel.url}/_nicegui/{__version__}/components/{component.key}")
        assert (reply.status_code, reply.headers["content-type"]) == (200, "text/javascript; charset=utf-8")


async def test_nobody_may_keep_a_page(ada: SignedIn) -> None:
    assert (await ada.http.get("/dashboard")).headers["cache-control"] == "no-store"


async def test_a_request_cannot_choose_where_a_redirect_leads(http: httpx.AsyncClient) -> None:
    reply = await http.get("/dashboard", headers={"X-Forwarded-Prefix": "//elsewhere.example"})
    assert reply.headers["location"] == "/login?next=%2Fdashboard"


@pytest.mark.asvs("4.1.3")
async def test_a_request_cannot_choose_the_addresses_in_a_page(
    ada: SignedIn, http: httpx.AsyncClient
) -> None:
    for each, path in ((http, "/login"), (ada.http, "/dashboard"), (http, "/nothing")):
        page = await each.get(path, headers={"X-Forwarded-Prefix": "//elsewhere.example"})
        assert "elsewhere.example" not in page.text
        assert "elsewhere.example" not in str(page.headers)
