"""Whatever an identity provider answers, the person ends on the login page, and nobody is signed in."""

import time

import httpx
import pytest

from core.sign_in.problems import SignInProblem
from tests.sign_in.flow import approve, begin, is_signed_in, problem_of, sign_in
from tests.sign_in.identity_provider import CLIENT_ID, DISCOVERY, JWKS, TOKEN, IdentityProvider, new_key
from tests.support.emulator import Fault
from tests.support.faults import answering, answering_text, dripping, dropping, hanging

HOUR = 3600
HTML = "<h1>Down for maintenance</h1>"
GOOGLE = "https://accounts.google.com"
NOWHERE = "http://127.0.0.1:1"


async def test_an_honest_answer_signs_in(browser: httpx.AsyncClient) -> None:
    assert (await sign_in(browser)).headers["location"] == "/dashboard/generate"
    assert await is_signed_in(browser)


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"nonce": "another"}, id="another nonce"),
        pytest.param({"nonce": None}, id="no nonce"),
        pytest.param({"aud": "another"}, id="another audience"),
        pytest.param({"aud": "another", "azp": CLIENT_ID}, id="another audience, issued to us"),
        pytest.param({"aud": None}, id="no audience"),
        pytest.param({"aud": [CLIENT_ID, "another"], "azp": "another"}, id="issued to another"),
        pytest.param({"azp": "another"}, id="issued to another, with our audience"),
        pytest.param({"aud": [CLIENT_ID, "another"]}, id="several audiences, issued to nobody"),
        pytest.param({"iss": GOOGLE}, id="another issuer"),
        pytest.param({"iss": None}, id="no issuer"),
        pytest.param({"exp": time.time() - HOUR}, id="expired"),
        pytest.param({"exp": None}, id="no expiry"),
        pytest.param({"nbf": time.time() + HOUR}, id="not yet valid"),
        pytest.param({"iat": time.time() + HOUR}, id="issued in the future"),
        pytest.param({"sub": None}, id="no subject"),
        pytest.param({"sub": ""}, id="empty subject"),
        pytest.param({"sub": 7}, id="subject not text"),
        pytest.param({"sub": "\ud800"}, id="subject a lone surrogate"),
        pytest.param({"sub": "ada\x00"}, id="subject with a NUL"),
        pytest.param({"at_hash": "another"}, id="another access token's hash"),
    ],
)
@pytest.mark.asvs("9.2.1", "9.2.3", "10.5.1", "10.5.2", "10.5.4", "9.2.4")
async def test_an_id_token_with_wrong_claims_is_refused(
    claims: dict[str, object], identity_provider: IdentityProvider, browser: httpx.AsyncClient
) -> None:
    identity_provider.claims = claims
    assert problem_of(await sign_in(browser)) == "SIGN_IN_FAILED"
    assert not await is_signed_in(browser)


@pytest.mark.asvs("10.5.3")
async def test_a_provider_cannot_speak_for_another_issuer(
    identity_provider: IdentityProvider, browser: httpx.AsyncClient
) -> None:
    identity_provider.metadata = identity_provider.claims = {"issuer": GOOGLE, "iss": GOOGLE}
    assert problem_of(await browser.get("/auth/login/oidc")) == "SIGN_IN_FAILED"


async def test_an_issuer_may_end_in_a_slash(
    identity_provider: IdentityProvider, browser: httpx.AsyncClient
) -> None:
    issuer = f"{identity_provider.url}/"
    identity_provider.metadata = identity_provider.claims = {"issuer": issuer, "iss": issuer}
    assert (await sign_in(browser)).headers["location"] == "/dashboard/generate"


@pytest.mark.asvs("6.8.2", "9.1.2")
@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "none", "kid": None}])
async def test_an_unsigned_id_token_is_refused(
    header: dict[str, object], identity_provider: IdentityProvider, browser: httpx.AsyncClient
) -> None:
    identity_provider.header = header
    assert problem_of(await sign_in(browser)) == "SIGN_IN_FAILED"


@pytest.mark.asvs("6.8.2")
@pytest.mark.parametrize("kid", ["first", "unpublished"])
async def test_an_id_token_signed_by_someone_else_is_refused(
    kid: str, identity_provider: IdentityProvider, browser: httpx.AsyncClient
) -> None:
    identity_provider.signing_key = new_key(kid)
    assert problem_of(await sign_in(browser)) == "SIGN_IN_FAILED"


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param({"id_token": None}, id="no id_token"),
        pytest.param({"id_token": None, "userinfo": {"sub": "ada", "iss": "x"}}, id="unsigned userinfo"),
        pytest.param({"id_token": "not.a.token"}, id="an id_token that is none"),
        pytest.param({"id_token": 7}, id="id_token a number"),
        pytest.param({"expires_in": "soon"}, id="unreadable lifetime"),
    ],
)
async def test_a_token_reply_without_a_usable_id_token_is_refused(
    reply: dict[str, object], identity_provider: IdentityProvider, browser: httpx.AsyncClient
) -> None:
    identity_provider.reply = reply
    assert problem_of(await sign_in(browser)) == "SIGN_IN_FAILED"
    assert not await is_signed_in(browser)


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        pytest.param(answering(400, {"error": "invalid_grant"}), "SIGN_IN_FAILED", id="refusal"),
        pytest.param(answering(401, {"error": {"message": "no"}}), "SIGN_IN_FAILED", id="nested error"),
        pytest.param(answering(200, ["no", "object"]), "SIGN_IN_FAILED", id="list"),
        pytest.param(answering_text(200, HTML), "SIGN_IN_FAILED", id="HTML"),
        pytest.param(answering(500), "SIGN_IN_UNAVAILABLE", id="500"),
        pytest.param(answering_text(429, HTML), "SIGN_IN_UNAVAILABLE", id="429 in HTML"),
        pytest.param(dropping(), "SIGN_IN_UNAVAILABLE", id="dropped connection"),
    ],
)
async def test_a_broken_token_endpoint_ends_on_the_login_page(
    fault: Fault, problem: str, identity_provider: IdentityProvider, browser: httpx.AsyncClient
) -> None:
    identity_provider.faults[TOKEN] = fault
    assert problem_of(await sign_in(browser)) == problem
    assert not await is_signed_in(browser)


async def test_a_token_endpoint_that_is_down_ends_on_the_login_page(
    identity_provider: IdentityProvider, browser: httpx.AsyncClient
) -> None:
    identity_provider.metadata = {"token_endpoint": NOWHERE}
    assert problem_of(await sign_in(browser)) == "SIGN_IN_UNAVAILABLE"


BROKEN_DISCOVERIES = [
    pytest.param(answering(500), "SIGN_IN_UNAVAILABLE", id="500"),
    pytest.param(answering(404), "SIGN_IN_UNAVAILABLE", id="404"),
    pytest.param(answering_text(200, HTML), "SIGN_IN_FAILED", id="HTML"),
    pytest.param(answering(200, {"message": "maintenance"}), "SIGN_IN_FAILED", id="another object"),
    pytest.param(answering(200, ["no", "object"]), "SIGN_IN_FAILED", id="list"),
    pytest.param(dropping(), "SIGN_IN_UNAVAILABLE", id="dropped connection"),
]


@pytest.mark.parametrize(("fault", "problem"), BROKEN_DISCOVERIES)
async def test_broken_discovery_ends_on_the_login_page_until_it_is_mended(
    fault: Fault, problem: str, identity_provider: IdentityProvider, browser: httpx.AsyncClient
) -> None:
    identity_provider.faults[DISCOVERY] = fault
    assert problem_of(await browser.get("/auth/login/oidc")) == problem

    identity_provider.faults.clear()
    assert (await sign_in(browser)).headers["location"] == "/dashboard/generate"


@pytest.mark.parametrize(("fault", "problem"), BROKEN_DISCOVERIES)
async def test_broken_keys_end_on_the_login_page_until_they_are_mended(
    fault: Fault, problem: str, identity_provider: IdentityProvider, browser: httpx.AsyncClient
) -> None:
    identity_provider.faults[JWKS] = fault
    assert problem_of(await sign_in(browser)) == problem

    identity_provider.faults.clear()
    assert (await sign_in(browser)).headers["location"] == "/dashboard/generate"


@pytest.mark.parametrize("path", [DISCOVERY, TOKEN, JWKS])
@pytest.mark.parametrize("fault", [hanging(5), dripping], ids=["hanging", "dripping"])
async def test_a_provider_that_takes_forever_is_given_up_on_in_time(
    path: str,
    fault: Fault,
    impatient: None,
    identity_provider: IdentityProvider,
    browser: httpx.AsyncClient,
) -> None:
    identity_provider.faults[path] = fault
    started = time.monotonic()
    answer = await browser.get("/auth/login/oidc")
    if path != DISCOVERY:
        answer = await browser.get(await approve(browser, answer.headers["location"]))
    assert problem_of(answer) == "SIGN_IN_UNAVAILABLE"
    assert time.monotonic() - started < 4


async def test_a_verifier_that_does_not_match_the_challenge_is_refused(
    identity_provider: IdentityProvider, browser: httpx.AsyncClient
) -> None:
    callback_url = await approve(browser, await begin(browser))
    [grant] = identity_provider.grants.values()
    grant.challenge = "the challenge of another verifier"
    assert problem_of(await browser.get(callback_url)) == "SIGN_IN_FAILED"


@pytest.mark.parametrize("problem", SignInProblem)
async def test_the_login_page_says_what_happened(problem: SignInProblem, browser: httpx.AsyncClient) -> None:
    page = await browser.get("/login", params={"error": problem.value})
    assert problem.sentence in page.text
    assert "/auth/login/oidc" in page.text


async def test_the_login_page_repeats_no_code_that_it_does_not_know(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/login", params={"error": "Call 555-1234 to sign in"})
    assert page.status_code == 200
    assert "555-1234" not in page.text
