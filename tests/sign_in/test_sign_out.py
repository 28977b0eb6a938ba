"""Signing out: the login session ends where it is kept, not only in the browser."""

import httpx
import pytest

from tests.sign_in.flow import is_signed_in, query_of, sign_in
from tests.sign_in.identity_provider import CLIENT_ID, DISCOVERY, IdentityProvider
from tests.sign_in.test_demo import FROM_ANOTHER_SITE
from tests.support.application import Started
from tests.support.database import TestDatabase
from tests.support.emulator import Fault
from tests.support.faults import answering, dropping, hanging

END_SESSION = "https://id.example.test/logout?realm=easel"


@pytest.mark.asvs("7.4.1", "14.3.1")
async def test_signing_out_makes_the_cookie_worthless(
    browser: httpx.AsyncClient, other_browser: httpx.AsyncClient, database: TestDatabase
) -> None:
    await sign_in(browser)
    await sign_in(other_browser)  # the same person elsewhere, who stays signed in
    old_token = browser.cookies["easel_session"]

    answer = await browser.post("/auth/logout")

    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert "easel_session" not in browser.cookies
    browser.cookies.set("easel_session", old_token)
    assert not await is_signed_in(browser)
    page = await browser.get("/dashboard/generate")
    assert page.headers["location"].startswith("/login")
    assert await is_signed_in(other_browser)
    assert len(database.run("SELECT * FROM login_sessions")) == 1


@pytest.mark.parametrize("token", [None, "", "forged", "\xe9", "a" * 5000])
async def test_signing_out_without_a_login_session_is_no_error(
    token: str | None, browser: httpx.AsyncClient
) -> None:
    headers = [(b"Cookie", f"easel_session={token}".encode("latin-1"))] if token is not None else []
    answer = await browser.post("/auth/logout", headers=headers)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


@pytest.mark.parametrize("headers", FROM_ANOTHER_SITE)
async def test_another_site_cannot_sign_its_visitors_out(
    headers: dict[str, str], browser: httpx.AsyncClient
) -> None:
    await sign_in(browser)
    assert (await browser.post("/auth/logout", headers=headers)).status_code == 403
    assert await is_signed_in(browser)


async def test_a_link_cannot_sign_out(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    assert (await browser.get("/auth/logout")).status_code == 405
    assert await is_signed_in(browser)


async def test_the_provider_where_one_stays_signed_in_is_offered_too(
    browser: httpx.AsyncClient, identity_provider: IdentityProvider
) -> None:
    identity_provider.metadata = {"end_session_endpoint": END_SESSION}
    await sign_in(browser)
    answer = await browser.post("/auth/logout")
    assert answer.headers["location"] == "/login?signed_out=oidc"
    page = await browser.get(answer.headers["location"])
    assert "Sign out at single sign-on too" in page.text
    there = (await browser.get("/auth/logout/oidc")).headers["location"]
    assert there.startswith(END_SESSION)
    afterwards = "http://127.0.0.1:8080/login"
    assert query_of(there) == {
        "realm": "easel",
        "client_id": CLIENT_ID,
        "post_logout_redirect_uri": afterwards,
    }
    again = await browser.post("/auth/logout")
    assert again.headers["location"] == "/login"  # nobody was signed in


@pytest.mark.parametrize("fault", [answering(500), dropping(), hanging(5)])
async def test_nobody_waits_for_the_provider_to_sign_out(
    fault: Fault,
    browser: httpx.AsyncClient,
    identity_provider: IdentityProvider,
    started: Started,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("core.sign_in.sign_out._PATIENCE_SECONDS", 0.3)
    identity_provider.metadata = {"end_session_endpoint": END_SESSION}
    await sign_in(browser)
    started.sign_in_providers["oidc"].remote.server_metadata = {}  # as in a process that has just started
    identity_provider.faults[DISCOVERY] = fault
    assert (await browser.post("/auth/logout")).headers["location"] == "/login"
    assert not await is_signed_in(browser)
    assert (await browser.get("/auth/logout/oidc")).headers["location"] == "/login"


@pytest.mark.parametrize("provider_id", ["oidc", "google", "nobody", "%00"])
async def test_a_provider_without_a_sign_out_of_its_own_is_not_offered(
    provider_id: str, browser: httpx.AsyncClient
) -> None:
    await sign_in(browser)
    browser.cookies.set("easel_provider", provider_id)
    assert (await browser.post("/auth/logout")).headers["location"] == "/login"
    assert (await browser.get(f"/auth/logout/{provider_id}")).headers["location"] == "/login"
    page = await browser.get("/login", params={"signed_out": "nobody"})
    assert "/auth/logout/" not in page.text
