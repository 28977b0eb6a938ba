"""Which pages show what to whom."""

import httpx
import pytest
from nicegui.testing import User

from core import services
from core.settings import Settings
from tests.support.application import client_for, started_app
from tests.support.database import TestDatabase
from tests.support.people import SignedIn


@pytest.mark.parametrize("path", ["/dashboard", "/dashboard/generate"])
async def test_a_protected_page_leads_to_sign_in_and_back(http: httpx.AsyncClient, path: str) -> None:
    reply = await http.get(path)
    assert reply.status_code == 303
    assert reply.headers["location"] == f"/login?next={path.replace('/', '%2F')}"


async def test_home_leads_where_one_can_go_on(http: httpx.AsyncClient, ada: SignedIn) -> None:
    assert (await http.get("/")).headers["location"] == "/login"
    assert (await ada.http.get("/")).headers["location"] == "/dashboard/generate"


async def test_the_login_page_offers_the_demo_in_local_mode(stranger: User) -> None:
    await stranger.open("/login")
    await stranger.should_see("Continue as demo user")


@pytest.mark.asvs("1.2.1")
async def test_the_login_page_says_what_went_wrong(stranger: User) -> None:
    await stranger.open("/login?error=SIGN_IN_CANCELED")
    await stranger.should_see("You did not finish signing in.")
    await stranger.open("/login?error=<script>")
    await stranger.should_not_see("script")


async def test_who_is_signed_in_already_skips_the_login_page(ada: SignedIn) -> None:
    reply = await ada.http.get("/login", params={"next": "/dashboard"})
    assert reply.headers["location"] == "/dashboard"


async def test_the_dashboard_greets_and_links_to_generate(user: User) -> None:
    await user.open("/dashboard")
    await user.should_see("Welcome, Ada")
    await user.should_see("Make a picture")


@pytest.mark.asvs("14.2.3")
async def test_no_page_asks_another_site_for_anything(ada: SignedIn) -> None:
    for path in ("/dashboard", "/dashboard/generate"):
        html = (await ada.http.get(path)).text
        assert 'src="http' not in html
        assert 'href="http' not in html


async def test_assets_may_be_kept_for_a_year(ada: SignedIn) -> None:
    html = (await ada.http.get("/dashboard")).text
    url = html.split('rel="stylesheet" href="')[1].split('"')[0]
    reply = await ada.http.get(url)
    assert reply.status_code == 200
    assert "immutable" in reply.headers["cache-control"]


async def test_an_unknown_address_has_a_page_of_ours(http: httpx.AsyncClient) -> None:
    reply = await http.get("/no/such/page")
    assert reply.status_code == 404
    assert "Nothing here" in reply.text
    assert reply.headers["x-request-id"] in reply.text


async def test_a_page_without_its_database_says_so_and_when_to_come_back(settings: Settings) -> None:
    dead = TestDatabase(serving_url="postgresql+psycopg://nobody@127.0.0.1:1/none", owning_url="")
    async with started_app(settings, dead) as started, client_for(started.app) as http:
        http.cookies.set("easel_session", "whatever")
        reply = await http.get("/dashboard/generate")
    assert reply.status_code == 503
    assert reply.headers["retry-after"]
    assert "Easel cannot reach its database" in reply.text


@pytest.mark.asvs("13.4.2", "16.5.1")
async def test_an_error_while_a_page_is_built_is_a_plain_500(
    ada: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def explode(*_: object, **__: object) -> None:
        raise RuntimeError("a secret detail")

    monkeypatch.setattr(services, "find_page", explode)
    reply = await ada.http.get("/dashboard/generate")
    assert reply.status_code == 500
    assert "secret" not in reply.text
    assert "INTERNAL_ERROR" in reply.text


async def test_the_theme_page_shows_every_token_in_both_modes(stranger: User) -> None:
    await stranger.open("/theme")
    await stranger.should_see("Colours, light")
    await stranger.should_see("Colours, dark")
    await stranger.should_see("primary and primary-foreground")
    await stranger.should_see("radius: 1.3rem")
