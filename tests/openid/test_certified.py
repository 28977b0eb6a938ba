"""Sign-in by a certified provider: algorithms, authentication, paths, new keys, and its own sign-out."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx
import pytest

from core.settings import Settings
from tests.openid.certified import SECRET, certified_provider
from tests.sign_in.conftest import oidc_settings
from tests.sign_in.flow import begin, browser_of, is_signed_in, problem_of, query_of
from tests.support.application import BASE_URL, started_app
from tests.support.database import TestDatabase
from tests.support.servers import free_port

HOME = "/dashboard/generate"
ASYMMETRIC = [
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
]


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with certified_provider() as issuer:
        yield issuer


def settings_for(issuer: str, algorithm: str = "RS256", **changes: object) -> Settings:
    return oidc_settings(
        issuer, **({"oidc_client_id": f"easel:{algorithm}", "oidc_client_secret": SECRET} | changes)
    )


@asynccontextmanager
async def browsing(settings: Settings, database: TestDatabase) -> AsyncIterator[httpx.AsyncClient]:
    async with started_app(settings, database) as started, browser_of(started.app) as browser:
        yield browser


async def at_easel_again(browser: httpx.AsyncClient, address: str) -> str:
    """Where the provider sends the browser in the end, which it has not followed."""
    while not address.startswith(BASE_URL):
        answer = await browser.get(address)
        assert answer.is_redirect, answer.text
        address = str(httpx.URL(address).join(answer.headers["location"]))
    return address


async def sign_in(browser: httpx.AsyncClient) -> httpx.Response:
    return await browser.get(await at_easel_again(browser, await begin(browser)))


# joserfc warns of EdDSA's name, which RFC 9864 has replaced, and which providers go on to use.
@pytest.mark.filterwarnings("ignore:EdDSA:UserWarning")
@pytest.mark.asvs("9.1.2", "10.5.1", "10.5.2", "10.5.4")
@pytest.mark.parametrize("algorithm", ASYMMETRIC)
async def test_each_asymmetric_algorithm_signs_in(
    algorithm: str, issuer: str, database: TestDatabase
) -> None:
    async with browsing(settings_for(issuer, algorithm), database) as browser:
        assert (await sign_in(browser)).headers["location"] == HOME
        assert await is_signed_in(browser)
    # At userinfo only, as the standard has it for claims of scopes.
    assert database.run("SELECT name FROM login_sessions") == [{"name": "Ada Lovelace"}]
    assert database.run("SELECT email FROM people") == [{"email": "ada@lovelace.test"}]


@pytest.mark.asvs("9.1.2", "6.8.2", "11.4.3", "9.1.1")
async def test_the_secret_is_no_key_for_id_tokens(
    issuer: str, database: TestDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    async with browsing(settings_for(issuer, "HS256"), database) as browser:
        assert problem_of(await sign_in(browser)) == "SIGN_IN_FAILED"
    assert "SIGN_IN_FAILED: unsupported_algorithm" in caplog.text


@pytest.mark.asvs("10.2.1")
async def test_the_provider_requires_pkce_of_everybody(issuer: str, database: TestDatabase) -> None:
    async with browsing(settings_for(issuer), database) as browser:
        address = httpx.URL(await begin(browser))
        without = address.copy_remove_param("code_challenge").copy_remove_param("code_challenge_method")
        refused = query_of(await at_easel_again(browser, str(without)))
        assert (refused["error"], "code" in refused) == ("invalid_request", False)


@pytest.mark.parametrize(
    "authentication",
    [["client_secret_basic"], ["client_secret_post"], ["client_secret_post", "client_secret_basic"]],
)
async def test_the_secret_is_sent_as_the_provider_takes_it(
    authentication: list[str], database: TestDatabase
) -> None:
    with certified_provider(authentication=authentication, path="/realms/easel") as issuer:
        async with browsing(settings_for(issuer), database) as browser:
            assert (await sign_in(browser)).headers["location"] == HOME


async def test_a_wrong_secret_is_named_in_the_log(
    issuer: str, database: TestDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    settings = settings_for(issuer, oidc_client_secret="another secret")
    async with browsing(settings, database) as browser:
        assert problem_of(await sign_in(browser)) == "SIGN_IN_FAILED"
    assert "SIGN_IN_FAILED: invalid_client" in caplog.text
    assert "another secret" not in caplog.text


@pytest.mark.asvs("9.1.3")
@pytest.mark.parametrize("kid", ["first", "second"])
async def test_new_keys_under_old_names_and_new_ones(kid: str, database: TestDatabase) -> None:
    port = free_port()
    with certified_provider(port=port) as issuer:
        app = started_app(settings_for(issuer), database)
        started = await app.__aenter__()
        async with browser_of(started.app) as browser:
            assert (await sign_in(browser)).headers["location"] == HOME
    with certified_provider(port=port, kid=kid):
        async with browser_of(started.app) as browser:
            assert (await sign_in(browser)).headers["location"] == HOME
    await app.__aexit__(None, None, None)


async def test_a_provider_that_comes_up_after_easel(database: TestDatabase) -> None:
    port = free_port()
    settings = settings_for(f"http://127.0.0.1:{port}")
    async with browsing(settings, database) as browser:
        assert problem_of(await browser.get("/auth/login/oidc")) == "SIGN_IN_UNAVAILABLE"
        with certified_provider(port=port):
            assert (await sign_in(browser)).headers["location"] == HOME


@pytest.mark.asvs("10.2.2")
async def test_the_answer_of_another_provider_is_refused_before_its_code_is_sent(
    issuer: str, database: TestDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    """RFC 9207: this provider names itself in its answers, so one without its name is another's."""
    for name in (None, "https://another.test"):
        async with browsing(settings_for(issuer), database) as browser:
            callback = httpx.URL(await at_easel_again(browser, await begin(browser)))
            assert callback.params["iss"] == issuer
            changed = callback.copy_remove_param("iss")
            changed = changed.copy_set_param("iss", name) if name else changed
            assert problem_of(await browser.get(changed)) == "SIGN_IN_FAILED"
    assert caplog.text.count("SIGN_IN_FAILED: the answer of another provider") == 2


async def test_signing_out_at_the_provider_too(issuer: str, database: TestDatabase) -> None:
    async with browsing(settings_for(issuer, oidc_name="Example"), database) as browser:
        await sign_in(browser)
        answer = await browser.post("/auth/logout")
        assert answer.headers["location"] == "/login?signed_out=oidc"
        page = await browser.get(answer.headers["location"])
        assert "Sign out at Example too" in page.text
        assert "/auth/logout/oidc" in page.text
        assert not await asks_who_it_is(browser)  # one press would be in again

        there = (await browser.get("/auth/logout/oidc")).headers["location"]
        assert query_of(there) == {
            "client_id": "easel:RS256",
            "post_logout_redirect_uri": f"{BASE_URL}/login",
        }
        question = await browser.get(there)
        [token] = re.findall(r'name="xsrf" value="(\w+)"', question.text)
        confirmed = await browser.post(f"{issuer}/session/end/confirm", data={"xsrf": token, "logout": "yes"})
        assert confirmed.headers["location"] == f"{BASE_URL}/login"
        assert await asks_who_it_is(browser)


@pytest.mark.asvs("6.8.4", "7.6.1")
async def test_a_sign_in_anew_is_one_at_the_provider_too(issuer: str, database: TestDatabase) -> None:
    again = "/auth/login/oidc?next=/account&prompt=login"
    async with browsing(settings_for(issuer), database) as browser:
        await sign_in(browser)
        database.run("UPDATE authentications SET at = now() - interval '1 hour'")
        assert not await asks_who_it_is(browser)
        there = (await browser.get(again)).headers["location"]
        assert "/interaction/" in urlsplit((await browser.get(there)).headers["location"]).path
        there = (await browser.get(again)).headers["location"]
        answer = await browser.get(await at_easel_again(browser, there))
        assert answer.headers["location"] == "/account"
        deleted = await browser.post("/api/v1/me/delete", json={"confirm": "delete my account"})
        assert deleted.status_code == 200


async def asks_who_it_is(browser: httpx.AsyncClient) -> bool:
    """Whether the provider does, before it sends a new sign-in back to Easel."""
    answer = await browser.get(await begin(browser))
    return "/interaction/" in urlsplit(answer.headers["location"]).path
