"""`/auth/login` and `/auth/callback`: only the browser that began a sign-in can end it, and only once."""

from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from itsdangerous import TimestampSigner

from core.settings import Settings
from core.sign_in.problems import SignInProblem
from tests.sign_in.conftest import oidc_settings
from tests.sign_in.flow import approve, begin, browser_of, is_signed_in, problem_of, query_of, sign_in
from tests.sign_in.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider
from tests.sign_in.test_return_path import ELSEWHERE
from tests.support.application import started_app
from tests.support.database import TestDatabase

CALLBACK = "/auth/callback/oidc"


@pytest.mark.asvs("7.6.2")
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_a_link_on_another_site_begins_no_sign_in(site: str, browser: httpx.AsyncClient) -> None:
    from_elsewhere = {"Sec-Fetch-Site": site}
    for query, login in (("", "/login"), ("?next=/account&prompt=login", "/login?next=%2Faccount")):
        answer = await browser.get(f"/auth/login/oidc{query}", headers=from_elsewhere)
        assert (answer.status_code, answer.headers["location"]) == (303, login)
        assert "Set-Cookie" not in answer.headers


async def test_a_press_on_our_page_and_a_bookmark_begin_one(browser: httpx.AsyncClient) -> None:
    for site in ("same-origin", "none"):
        answer = await browser.get("/auth/login/oidc", headers={"Sec-Fetch-Site": site})
        assert answer.status_code == 302
    callback_url = await approve(browser, answer.headers["location"])
    back = await browser.get(callback_url, headers={"Sec-Fetch-Site": "cross-site"})
    assert back.headers["location"] == "/dashboard/generate"
    assert await is_signed_in(browser)


@pytest.mark.asvs("7.6.2")
@pytest.mark.parametrize("state", ["another", "", None])
async def test_a_callback_without_the_right_state_is_refused(
    state: str | None, browser: httpx.AsyncClient, identity_provider: IdentityProvider
) -> None:
    code = query_of(await approve(browser, await begin(browser)))["code"]
    parameters = {"code": code} | ({} if state is None else {"state": state})
    assert problem_of(await browser.get(CALLBACK, params=parameters)) == "SIGN_IN_EXPIRED"
    assert not await is_signed_in(browser)
    assert identity_provider.grants  # the code was not even tried


@pytest.mark.asvs("10.1.2")
async def test_the_callback_of_another_browser_is_refused(
    browser: httpx.AsyncClient, other_browser: httpx.AsyncClient
) -> None:
    callback_url = await approve(browser, await begin(browser))
    await begin(other_browser)
    assert problem_of(await other_browser.get(callback_url)) == "SIGN_IN_EXPIRED"
    assert not await is_signed_in(other_browser)


async def test_a_code_slipped_into_another_sign_in_is_refused(
    browser: httpx.AsyncClient, other_browser: httpx.AsyncClient
) -> None:
    stolen = query_of(await approve(browser, await begin(browser)))["code"]
    state = query_of(await begin(other_browser))["state"]
    answer = await other_browser.get(CALLBACK, params={"code": stolen, "state": state})
    assert problem_of(answer) == "SIGN_IN_FAILED"
    assert not await is_signed_in(other_browser)


async def test_a_forged_sign_in_cookie_is_refused(browser: httpx.AsyncClient) -> None:
    callback_url = await approve(browser, await begin(browser))
    content = browser.cookies["easel_sign_in"].rsplit(".", 2)[0]
    forged = TimestampSigner("another secret").sign(content).decode()
    browser.cookies = httpx.Cookies({"easel_sign_in": forged})
    assert problem_of(await browser.get(callback_url)) == "SIGN_IN_EXPIRED"


async def test_a_sign_in_under_way_outlives_a_change_of_the_secret(
    identity_provider: IdentityProvider, database: TestDatabase, tmp_path: Path
) -> None:
    """Begun with the old one, ended with the new one, as by a process that was restarted in between."""
    old, new = "the old secret, 32 characters or more", "the new secret, 32 characters or more"

    def settings_with(secret: str, previous: str | None = None) -> Settings:
        secrets = {"storage_secret": secret, "storage_secret_previous": previous}
        return oidc_settings(identity_provider.url, data_dir=tmp_path, **secrets)

    async with started_app(settings_with(old), database) as started, browser_of(started.app) as browser:
        callback_url = await approve(browser, await begin(browser))
        cookies = dict(browser.cookies)
    async with started_app(settings_with(new), database) as started, browser_of(started.app) as browser:
        browser.cookies = httpx.Cookies(cookies)
        assert problem_of(await browser.get(callback_url)) == "SIGN_IN_EXPIRED"
    async with started_app(settings_with(new, old), database) as started, browser_of(started.app) as browser:
        browser.cookies = httpx.Cookies(cookies)
        assert (await browser.get(callback_url)).headers["location"] == "/dashboard/generate"
        assert await is_signed_in(browser)
        async with browser_of(started.app) as another:  # and what is new is signed by the new one
            await begin(another)
            assert TimestampSigner(new).validate(another.cookies["easel_sign_in"])
            assert not TimestampSigner(old).validate(another.cookies["easel_sign_in"])


async def test_a_sign_in_that_took_longer_than_ten_minutes_has_expired(
    browser: httpx.AsyncClient, settings: Settings
) -> None:
    class EarlierSigner(TimestampSigner):
        def get_timestamp(self) -> int:
            return super().get_timestamp() - 601

    callback_url = await approve(browser, await begin(browser))
    assert settings.storage_secret
    secret = settings.storage_secret.get_secret_value()
    content = TimestampSigner(secret).unsign(browser.cookies["easel_sign_in"])
    browser.cookies = httpx.Cookies({"easel_sign_in": EarlierSigner(secret).sign(content).decode()})
    assert problem_of(await browser.get(callback_url)) == "SIGN_IN_EXPIRED"


@pytest.mark.asvs("10.1.1")
async def test_no_token_of_the_provider_is_kept(
    browser: httpx.AsyncClient, identity_provider: IdentityProvider, database: TestDatabase
) -> None:
    await sign_in(browser)
    assert await is_signed_in(browser)
    cookies = {"easel_session": browser.cookies["easel_session"], "easel_provider": "oidc"}
    assert dict(browser.cookies) == cookies
    kept = str(database.run("SELECT login_sessions::text AS row FROM login_sessions"))
    kept += str(database.run("SELECT people::text AS row FROM people"))
    assert "Ada" in kept
    assert [secret for secret in identity_provider.secrets if secret in kept] == []


async def test_a_second_tab_ends_the_first_and_can_be_finished(browser: httpx.AsyncClient) -> None:
    first_tab = await begin(browser, next="/first")
    second_tab = await begin(browser, next="/second")
    finished = await browser.get(await approve(browser, second_tab))
    assert finished.headers["location"] == "/second"
    assert problem_of(await browser.get(await approve(browser, first_tab))) == "SIGN_IN_EXPIRED"
    assert await is_signed_in(browser)


async def test_the_sign_in_cookie_holds_one_sign_in_whatever_the_providers(
    identity_provider: IdentityProvider, database: TestDatabase
) -> None:
    github = {"github_client_id": CLIENT_ID, "github_client_secret": CLIENT_SECRET}
    settings = oidc_settings(identity_provider.url, **github)
    async with started_app(settings, database) as started, browser_of(started.app) as browser:
        await begin(browser)
        size = len(browser.cookies["easel_sign_in"])
        await begin(browser, provider_id="github")
        await begin(browser)
        assert len(browser.cookies["easel_sign_in"]) == pytest.approx(size, abs=10)


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        ("access_denied", "SIGN_IN_CANCELED"),
        ("login_required", "SIGN_IN_CANCELED"),
        ("server_error", "SIGN_IN_FAILED"),
        ("<script>", "SIGN_IN_FAILED"),
    ],
)
async def test_an_error_in_the_callback_ends_on_the_login_page(
    error: str, problem: str, browser: httpx.AsyncClient
) -> None:
    state = query_of(await begin(browser))["state"]
    parameters = {"error": error, "error_description": "<script>", "state": state, "code": "code"}
    answer = await browser.get(CALLBACK, params=parameters)
    assert problem_of(answer) == problem
    assert "<script>" not in answer.headers["location"]
    page = await browser.get(answer.headers["location"])
    assert SignInProblem(problem).sentence in page.text
    again = await browser.get(CALLBACK, params={"state": state, "code": "code"})
    assert problem_of(again) == "SIGN_IN_EXPIRED"


@pytest.mark.parametrize("step", ["login", "callback"])
async def test_an_unknown_provider_ends_on_the_login_page(step: str, browser: httpx.AsyncClient) -> None:
    for provider_id in ("github", "unknown", "OIDC", "%00", "\u202e"):
        answer = await browser.get(f"/auth/{step}/{provider_id}?code=x&state=y")
        assert problem_of(answer) == "SIGN_IN_UNKNOWN_PROVIDER"


@pytest.mark.asvs("3.7.2")
async def test_next_cannot_lead_elsewhere(browser: httpx.AsyncClient) -> None:
    for address in (*ELSEWHERE, "/" + "a" * 5000):
        assert (await sign_in(browser, next=address)).headers["location"] == "/dashboard/generate"


async def test_next_is_kept_through_failures_and_success(
    browser: httpx.AsyncClient, identity_provider: IdentityProvider
) -> None:
    path = "/dashboard/generate?prompt=a%20red+kite&n=2"
    identity_provider.claims = {"nonce": "another"}
    failed = await sign_in(browser, next=path)
    assert query_of(failed.headers["location"])["next"] == path
    identity_provider.claims = {}
    page = await browser.get(failed.headers["location"])
    assert urlencode({"next": path}) in page.text
    assert (await sign_in(browser, next=path)).headers["location"] == path


@pytest.mark.parametrize("letter", ["a", "é", "🖼"])
async def test_the_sign_in_cookie_stays_within_what_browsers_keep(
    letter: str, browser: httpx.AsyncClient
) -> None:
    for length in range(50, 1050, 50):
        await begin(browser, next="/" + letter * length)
        assert len("easel_sign_in=" + browser.cookies["easel_sign_in"]) < 3000


garbage = st.text(max_size=40) | st.sampled_from(["\0", "\ud7ff", "code", "' OR 1=1", "%", "[]", "a" * 3000])
names = st.sampled_from(["code", "state", "error", "error_description", "iss", "next"]) | garbage


@examples(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    parameters=st.lists(st.tuples(names, garbage), max_size=5),
    cookie=st.none() | st.binary(max_size=40).map(bytes.hex),
    has_begun=st.booleans(),
)
async def test_garbage_in_the_callback_ends_on_the_login_page(
    parameters: list[tuple[str, str]], cookie: str | None, has_begun: bool, browser: httpx.AsyncClient
) -> None:
    browser.cookies.clear()
    if cookie is not None:
        browser.cookies.set("easel_session", cookie)
        browser.cookies.set("easel_sign_in", cookie)
    if has_begun:
        browser.cookies.clear()
        parameters = [("state", query_of(await begin(browser))["state"]), *parameters]
    problem = problem_of(await browser.get(f"{CALLBACK}?{urlencode(parameters)}"))
    assert problem in {"SIGN_IN_EXPIRED", "SIGN_IN_FAILED", "SIGN_IN_CANCELED"}


@pytest.mark.parametrize("query", ["%ff%fe=%ff&state=%00", "&&&==;;", "state=a&state=b&code", "%", "?" * 50])
async def test_a_query_that_is_none_ends_on_the_login_page(query: str, browser: httpx.AsyncClient) -> None:
    assert problem_of(await browser.get(f"{CALLBACK}?{query}")) == "SIGN_IN_EXPIRED"


@pytest.mark.parametrize("path", ["/auth/login/oidc", CALLBACK])
async def test_other_methods_are_not_errors_of_ours(path: str, browser: httpx.AsyncClient) -> None:
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert (await browser.request(method, path)).status_code == 405


@pytest.mark.asvs("3.5.3")
async def test_a_head_neither_begins_nor_ends_a_sign_in(browser: httpx.AsyncClient) -> None:
    callback = await approve(browser, await begin(browser))
    kept = browser.cookies.get("easel_sign_in")
    for path in ("/auth/login/oidc", callback):
        answer = await browser.head(path)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
        assert "Set-Cookie" not in answer.headers
    assert browser.cookies.get("easel_sign_in") == kept
    assert (await browser.get(callback)).headers["Location"] == "/dashboard/generate"
