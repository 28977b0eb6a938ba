"""The whole code flow against `oidc-provider-mock`: who signs in, and what the browser is given."""

import hashlib
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from core.services.login_sessions import Person
from core.settings import Settings
from tests.sign_in.conftest import oidc_settings
from tests.sign_in.flow import approve, begin, browser_of, is_signed_in, problem_of, query_of, sign_in
from tests.sign_in.identity_provider import CLIENT_ID
from tests.support.application import started_app
from tests.support.database import TestDatabase

# The provider's own use of Authlib, not ours.
pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")


@pytest.fixture
def settings(honest_issuer: str, tmp_path: Path) -> Settings:
    return oidc_settings(honest_issuer, data_dir=tmp_path)


async def test_the_code_flow_signs_a_person_in(browser: httpx.AsyncClient) -> None:
    assert not await is_signed_in(browser)

    answer = await sign_in(browser)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/dashboard/generate"
    assert await is_signed_in(browser)
    assert "easel_sign_in" not in browser.cookies  # it has done its work
    page = await browser.get(answer.headers["location"])
    assert page.status_code == 200


@pytest.mark.asvs("10.2.1")
async def test_the_authorize_request_carries_pkce_state_and_nonce(browser: httpx.AsyncClient) -> None:
    first, second = query_of(await begin(browser)), query_of(await begin(browser))
    assert first["response_type"] == "code"
    assert first["client_id"] == CLIENT_ID
    assert first["redirect_uri"] == "http://127.0.0.1:8080/auth/callback/oidc"
    assert first["code_challenge_method"] == "S256"
    assert "openid" in first["scope"].split()
    assert len(first["code_challenge"]) == 43
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 20
        assert first[name] != second[name]


@pytest.mark.asvs("3.3.2")
async def test_the_cookies_are_out_of_reach_of_scripts_and_other_sites(browser: httpx.AsyncClient) -> None:
    begun = await browser.get("/auth/login/oidc")
    assert {"httponly", "samesite=lax", "path=/", "Max-Age=600"} <= set_cookies(begun)["easel_sign_in"]

    answer = await sign_in(browser)
    cookie = set_cookies(answer)["easel_session"]
    assert {"HttpOnly", "SameSite=lax", "Path=/", f"Max-Age={14 * 24 * 3600}"} <= cookie
    assert "Secure" not in cookie


@pytest.mark.asvs("3.3.1", "3.3.3", "3.3.4", "3.3.2")
async def test_on_https_all_cookies_are_secure(honest_issuer: str, database: TestDatabase) -> None:
    site = "https://easel.test"
    async with (
        started_app(oidc_settings(honest_issuer, public_url=site, allow_everyone=True), database) as started,
        browser_of(started.app, site) as browser,
    ):
        begun = await browser.get("/auth/login/oidc")
        assert query_of(begun.headers["location"])["redirect_uri"] == f"{site}/auth/callback/oidc"
        of_the_sign_in = set_cookies(begun)["__Host-easel_sign_in"]
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= of_the_sign_in
        assert not any(attribute.lower().startswith("domain") for attribute in of_the_sign_in)

        cookies = set_cookies(await sign_in(browser))
        assert cookies.keys() == {"__Host-easel_session", "__Host-easel_provider", "__Host-easel_sign_in"}
        for name in ("__Host-easel_session", "__Host-easel_provider"):
            assert {"HttpOnly", "SameSite=lax", "Path=/", "Secure"} <= cookies[name]
            assert not any(attribute.startswith("Domain") for attribute in cookies[name])
        assert await is_signed_in(browser)

        gone = set_cookies(await browser.post("/auth/logout", headers={"Origin": site}))
        assert {"Secure", "Max-Age=0", "Path=/"} <= gone["__Host-easel_session"]


@pytest.mark.asvs("7.2.3")
async def test_the_database_keeps_only_the_hash_of_the_token(
    browser: httpx.AsyncClient, database: TestDatabase
) -> None:
    await sign_in(browser)
    token = browser.cookies["easel_session"]
    assert len(token) >= 43  # 256 bits in base64
    rows = database.run("SELECT login_sessions::text AS row, token_hash FROM login_sessions")
    assert [row["token_hash"] for row in rows] == [hashlib.sha256(token.encode()).digest()]
    assert token not in rows[0]["row"]
    assert token.encode().hex() not in rows[0]["row"]


@pytest.mark.asvs("6.8.1")
async def test_issuer_and_subject_make_the_owner_whatever_the_name(
    honest_issuer: str, browser: httpx.AsyncClient, other_browser: httpx.AsyncClient, database: TestDatabase
) -> None:
    await sign_in(browser, subject="ada")
    await sign_in(other_browser, subject="ada@lovelace.test")  # as a subject, Ada's address is someone else

    names = {row["name"]: row["owner_id"] for row in database.run("SELECT * FROM login_sessions")}
    assert names["Ada Lovelace"] == Person(honest_issuer, "ada", "another name").owner_id
    assert names["ada@lovelace.test"] != names["Ada Lovelace"]
    assert all(isinstance(owner_id, UUID) and owner_id.version == 5 for owner_id in names.values())


@pytest.mark.asvs("7.2.4")
async def test_signing_in_again_ends_the_login_session_before(
    browser: httpx.AsyncClient, database: TestDatabase
) -> None:
    await sign_in(browser)
    old_token = browser.cookies["easel_session"]
    await sign_in(browser)
    assert browser.cookies["easel_session"] != old_token
    assert len(database.run("SELECT * FROM login_sessions")) == 1


async def test_denied_consent_ends_on_the_login_page(browser: httpx.AsyncClient) -> None:
    authorize_url = await begin(browser, next="/dashboard")
    denied = await browser.post(authorize_url, data={"action": "deny"})
    assert query_of(denied.headers["location"])["error"] == "access_denied"

    answer = await browser.get(denied.headers["location"])

    assert problem_of(answer) == "SIGN_IN_CANCELED"
    page = await browser.get(answer.headers["location"])
    assert "You did not finish signing in." in page.text
    assert "/auth/login/oidc?next=%2Fdashboard" in page.text  # a way to try again, to the same place
    assert not await is_signed_in(browser)


async def test_a_replayed_callback_signs_nobody_in(
    browser: httpx.AsyncClient, database: TestDatabase
) -> None:
    callback_url = await approve(browser, await begin(browser))
    cookies = dict(browser.cookies)
    assert (await browser.get(callback_url)).headers["location"] == "/dashboard/generate"

    assert problem_of(await browser.get(callback_url)) == "SIGN_IN_EXPIRED"  # the back button
    browser.cookies = httpx.Cookies(cookies)
    assert problem_of(await browser.get(callback_url)) == "SIGN_IN_FAILED"  # a thief's copy of everything
    assert not await is_signed_in(browser)
    assert len(database.run("SELECT * FROM login_sessions")) == 1


def set_cookies(answer: httpx.Response) -> dict[str, set[str]]:
    """The cookies that an answer sets: their attributes by their names."""
    cookies = {}
    for line in answer.headers.get_list("set-cookie"):
        pair, *attributes = line.split("; ")
        cookies[pair.partition("=")[0]] = set(attributes)
    return cookies
