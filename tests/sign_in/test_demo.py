"""The demo sign-in: in local mode without a provider, and nowhere else."""

from pathlib import Path

import httpx
import pytest

from core.settings import Settings
from tests.sign_in.conftest import oidc_settings
from tests.sign_in.flow import browser_of, is_signed_in
from tests.sign_in.test_return_path import ELSEWHERE
from tests.support.application import make_settings, started_app
from tests.support.database import TestDatabase

FROM_ANOTHER_SITE = [
    {"Origin": "https://evil.test"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_settings(replicate_api_token=None, data_dir=tmp_path)


async def test_everyone_is_the_same_demo_user(
    browser: httpx.AsyncClient, other_browser: httpx.AsyncClient, database: TestDatabase
) -> None:
    assert "Continue as demo user" in (await browser.get("/login")).text
    for someone in (browser, other_browser):
        answer = await someone.post("/auth/demo", params={"next": "/dashboard?a=b"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/dashboard?a=b")
        assert await is_signed_in(someone)
    assert database.run("SELECT count(DISTINCT owner_id), count(*) AS rows FROM login_sessions") == [
        {"count": 1, "rows": 2}
    ]


async def test_next_cannot_lead_elsewhere(browser: httpx.AsyncClient) -> None:
    for address in (*ELSEWHERE, "/" + "a" * 5000, ""):
        answer = await browser.post("/auth/demo", params={"next": address})
        assert answer.headers["location"] == "/dashboard/generate"


@pytest.mark.parametrize("headers", FROM_ANOTHER_SITE)
async def test_another_site_cannot_sign_its_visitors_in(
    headers: dict[str, str], browser: httpx.AsyncClient
) -> None:
    assert (await browser.post("/auth/demo", headers=headers)).status_code == 403
    assert not await is_signed_in(browser)


@pytest.mark.asvs("6.3.2", "6.3.4", "15.2.3")
async def test_it_is_not_there_beside_a_provider(database: TestDatabase, tmp_path: Path) -> None:
    settings = oidc_settings("http://127.0.0.1:1", data_dir=tmp_path)
    async with started_app(settings, database) as started, browser_of(started.app) as browser:
        assert (await browser.post("/auth/demo")).status_code == 404
        assert "demo user" not in (await browser.get("/login")).text
        assert not await is_signed_in(browser)


@pytest.mark.asvs("6.3.2", "6.3.4", "15.2.3")
@pytest.mark.parametrize("hosted", [{"public_url": "https://easel.test"}, {"host": "192.0.2.1"}])
async def test_it_is_not_there_when_hosted(
    hosted: dict[str, str], database: TestDatabase, tmp_path: Path
) -> None:
    settings = make_settings(replicate_api_token=None, data_dir=tmp_path, **hosted)
    site = settings.public_url
    async with started_app(settings, database) as started, browser_of(started.app, site) as browser:
        assert (await browser.post("/auth/demo")).status_code == 404
        assert "demo user" not in (await browser.get("/login")).text
