"""Deleting the account takes a recent sign-in, which the provider must not give from memory."""

import time
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from core.settings import Settings
from tests.sign_in.conftest import oidc_settings
from tests.sign_in.flow import approve, begin, browser_of, is_signed_in, query_of, sign_in
from tests.sign_in.identity_provider import IdentityProvider
from tests.support.application import make_settings, started_app
from tests.support.database import TestDatabase

HERE = "/account#delete-title"
AGAIN = f"/auth/login/oidc?{urlencode({'next': HERE, 'prompt': 'login'})}"


async def sign_in_again(browser: httpx.AsyncClient, subject: str = "ada") -> str:
    """The way that the account page offers; where it ends."""
    begun = await browser.get(AGAIN)
    callback = await approve(browser, begun.headers["location"], subject)
    return (await browser.get(callback)).headers["location"]


async def account(browser: httpx.AsyncClient) -> str:
    """The page, with the addresses in it as they are."""
    return (await browser.get("/account")).text.replace("&amp;", "&")


async def deletion(browser: httpx.AsyncClient) -> int:
    answer = await browser.post("/api/v1/me/delete", json={"confirm": "delete my account"})
    return answer.status_code


def let_pass(database: TestDatabase, *, minutes: int) -> None:
    database.run("UPDATE authentications SET at = now() - make_interval(mins => %s)", minutes)


@pytest.mark.asvs("7.2.4", "7.5.3", "7.5.1")
async def test_the_account_page_leads_to_a_sign_in_anew_and_back(
    browser: httpx.AsyncClient, database: TestDatabase, identity_provider: IdentityProvider
) -> None:
    identity_provider.claims = {"auth_time": int(time.time())}
    await sign_in(browser)
    assert '"is-recent":true' in await account(browser)
    let_pass(database, minutes=11)
    assert await deletion(browser) == 403
    page = await account(browser)
    assert '"is-recent":false' in page
    assert AGAIN in page

    asked = query_of((await browser.get(AGAIN)).headers["location"])
    assert (asked["prompt"], asked["max_age"]) == ("login", "0")
    assert not {"prompt", "max_age"} & query_of(await begin(browser)).keys()  # of no other sign-in

    identity_provider.claims = {}
    old_token = browser.cookies["easel_session"]
    assert await sign_in_again(browser) == HERE
    assert browser.cookies["easel_session"] != old_token
    assert await deletion(browser) == 200


@pytest.mark.asvs("6.8.4", "7.6.1")
async def test_a_provider_that_remembers_in_place_of_asking_is_refused(
    browser: httpx.AsyncClient,
    database: TestDatabase,
    identity_provider: IdentityProvider,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await sign_in(browser)
    let_pass(database, minutes=11)
    identity_provider.claims = {"auth_time": int(time.time()) - 3600}
    ended = await sign_in_again(browser)
    assert ended == "/account?error=SIGN_IN_FAILED#delete-title"
    assert "The sign-in could not be verified." in (await browser.get(ended)).text
    assert "SIGN_IN_FAILED: the provider did not ask again" in caplog.text
    assert await deletion(browser) == 403
    assert await is_signed_in(browser)


@pytest.mark.asvs("6.8.4", "7.5.3", "7.5.1")
@pytest.mark.parametrize("days", [None, 0, 3], ids=["of unknown age", "new", "remembered for days"])
async def test_an_ordinary_sign_in_is_as_recent_as_the_provider_tells(
    browser: httpx.AsyncClient, database: TestDatabase, identity_provider: IdentityProvider, days: int | None
) -> None:
    """At an unlocked browser the provider answers one without asking anybody."""
    if days is not None:
        identity_provider.claims = {"auth_time": int(time.time()) - days * 86_400}
    await sign_in(browser, next="/account")
    assert f'"is-recent":{"true" if days == 0 else "false"}' in await account(browser)
    assert await deletion(browser) == (200 if days == 0 else 403)


@pytest.mark.asvs("6.8.4")
async def test_a_provider_that_was_asked_anew_and_does_not_tell_when_it_did_is_refused(
    browser: httpx.AsyncClient, identity_provider: IdentityProvider, caplog: pytest.LogCaptureFixture
) -> None:
    await sign_in(browser)
    identity_provider.claims = {"auth_time": None}
    assert await sign_in_again(browser) == "/account?error=SIGN_IN_FAILED#delete-title"
    assert "SIGN_IN_FAILED: the provider did not tell when it asked (no auth_time)" in caplog.text
    assert await deletion(browser) == 403
    assert await is_signed_in(browser)


async def test_the_providers_clock_may_be_wrong(
    browser: httpx.AsyncClient, database: TestDatabase, identity_provider: IdentityProvider
) -> None:
    """`auth_time` is compared with when the token was made, by the same clock."""
    await sign_in(browser)
    let_pass(database, minutes=11)
    behind = int(time.time()) - 1000
    identity_provider.claims = {"iat": behind, "auth_time": behind - 5}
    assert await sign_in_again(browser) == HERE
    assert await deletion(browser) == 200


async def test_somebody_else_does_not_take_over_the_page(
    browser: httpx.AsyncClient, database: TestDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    await sign_in(browser)
    token = browser.cookies["easel_session"]
    assert (await sign_in_again(browser, "ben")) == "/account?error=SIGN_IN_FAILED#delete-title"
    assert "somebody else" in caplog.text
    assert browser.cookies["easel_session"] == token
    assert len(database.run("SELECT * FROM login_sessions")) == 1


async def test_whoever_was_signed_out_meanwhile_signs_in(
    browser: httpx.AsyncClient, database: TestDatabase
) -> None:
    await sign_in(browser)
    database.run("DELETE FROM login_sessions")
    assert await sign_in_again(browser) == HERE
    assert await is_signed_in(browser)


async def test_whoever_thinks_better_of_it_is_still_signed_in(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    state = query_of((await browser.get(AGAIN)).headers["location"])["state"]
    answer = await browser.get(f"/auth/callback/oidc?error=access_denied&state={state}")
    assert answer.headers["location"] == "/account?error=SIGN_IN_CANCELED#delete-title"
    assert await is_signed_in(browser)


@pytest.mark.parametrize("provider_id", ["google", "github"])
async def test_a_preset_asks_which_account_it_is(
    provider_id: str, identity_provider: IdentityProvider, database: TestDatabase, tmp_path: Path
) -> None:
    secrets = {f"{provider_id}_client_id": "x", f"{provider_id}_client_secret": "y"}
    settings = oidc_settings(identity_provider.url, data_dir=tmp_path, **secrets)
    async with started_app(settings, database) as started, browser_of(started.app) as browser:
        started.sign_in_providers[provider_id].remote.authorize_url = "https://asked.test/"
        started.sign_in_providers[provider_id].remote.server_metadata = {
            "_loaded_at": time.monotonic(),
            "authorization_endpoint": "https://asked.test/",
        }
        answer = await browser.get(f"/auth/login/{provider_id}?prompt=login")
        assert query_of(answer.headers["location"])["prompt"] == "select_account"
        # The way back in is that by which somebody came, and all where that is not known.
        await sign_in(browser)
        page = await account(browser)
        assert ("/auth/login/oidc?" in page, f"/auth/login/{provider_id}?" in page) == (True, False)
        browser.cookies.delete("easel_provider")
        page = await account(browser)
        assert ("/auth/login/oidc?" in page, f"/auth/login/{provider_id}?" in page) == (True, True)


async def test_the_demo_user_is_in_again_with_one_press(database: TestDatabase, tmp_path: Path) -> None:
    settings: Settings = make_settings(replicate_api_token=None, data_dir=tmp_path)
    async with started_app(settings, database) as started, browser_of(started.app) as browser:
        await browser.post("/auth/demo")
        let_pass(database, minutes=11)
        assert await deletion(browser) == 403
        address = f"/auth/demo?{urlencode({'next': HERE})}"
        assert address in await account(browser)
        assert (await browser.post(address)).headers["location"] == HERE
        assert await deletion(browser) == 200
