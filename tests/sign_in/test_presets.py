"""Google and GitHub: the presets' addresses, and GitHub's sign-in, which is OAuth 2 without OpenID."""

from pathlib import Path

import httpx
import pytest

from core.services.login_sessions import Person
from core.settings import Settings
from core.sign_in.openid import OpenIdProvider
from core.sign_in.providers import create_providers
from tests.sign_in.flow import approve, begin, is_signed_in, problem_of, query_of, sign_in
from tests.sign_in.identity_provider import CLIENT_ID, CLIENT_SECRET, PROFILE, TOKEN, IdentityProvider
from tests.support.application import Started, make_settings
from tests.support.database import TestDatabase
from tests.support.emulator import Fault
from tests.support.faults import answering, answering_text, dropping, hanging


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    presets = {"google_client_id": CLIENT_ID, "google_client_secret": CLIENT_SECRET}
    presets |= {"github_client_id": CLIENT_ID, "github_client_secret": CLIENT_SECRET}
    return make_settings(replicate_api_token=None, data_dir=tmp_path, **presets)


@pytest.fixture
def github(started: Started, identity_provider: IdentityProvider) -> IdentityProvider:
    """Stands in for GitHub: the preset's three addresses lead to it."""
    remote = started.sign_in_providers["github"].remote
    remote.authorize_url = f"{identity_provider.url}/authorize"
    remote.access_token_url = f"{identity_provider.url}{TOKEN}"
    remote.api_base_url = identity_provider.url
    return identity_provider


def test_google_is_an_openid_provider_with_googles_issuer(settings: Settings) -> None:
    google = create_providers(settings)["google"]
    assert isinstance(google, OpenIdProvider)
    assert google.remote.issuer == "https://accounts.google.com"
    discovery = "https://accounts.google.com/.well-known/openid-configuration"
    assert google.remote._server_metadata_url == discovery


async def test_github_is_asked_at_its_own_addresses(started: Started, browser: httpx.AsyncClient) -> None:
    authorize_url = await begin(browser, provider_id="github")
    assert authorize_url.startswith("https://github.com/login/oauth/authorize?")
    query = query_of(authorize_url)
    assert (query["scope"], query["code_challenge_method"]) == ("read:user user:email", "S256")
    assert query["redirect_uri"] == "http://127.0.0.1:8080/auth/callback/github"
    remote = started.sign_in_providers["github"].remote
    assert remote.access_token_url == "https://github.com/login/oauth/access_token"
    assert remote.api_base_url == "https://api.github.com/"


async def test_the_login_page_offers_each_preset(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/login")
    assert "Continue with Google" in page.text
    assert "Continue with GitHub" in page.text
    assert "demo user" not in page.text


async def test_a_github_account_is_its_number_not_its_name(
    github: IdentityProvider, browser: httpx.AsyncClient, database: TestDatabase
) -> None:
    assert (await sign_in(browser, provider_id="github")).headers["location"] == "/dashboard/generate"
    github.profile = {"id": 583231, "login": "renamed", "name": None}
    await sign_in(browser, provider_id="github")

    [row] = database.run("SELECT * FROM login_sessions")
    assert row["owner_id"] == Person("https://github.com", "583231", "Ada").owner_id
    assert row["name"] == "renamed"


@pytest.mark.parametrize("profile", [{"login": "ada"}, {"id": None}, {}, ["ada"], None])
async def test_a_github_profile_without_a_number_is_refused(
    profile: object, github: IdentityProvider, browser: httpx.AsyncClient
) -> None:
    github.profile = profile
    assert problem_of(await sign_in(browser, provider_id="github")) == "SIGN_IN_FAILED"
    assert not await is_signed_in(browser)


@pytest.mark.parametrize(
    ("path", "fault", "problem"),
    [
        (PROFILE, answering(500), "SIGN_IN_UNAVAILABLE"),
        (PROFILE, answering(401, {"message": "Bad credentials"}), "SIGN_IN_UNAVAILABLE"),
        (PROFILE, answering_text(200, "<h1>Unicorn!</h1>"), "SIGN_IN_FAILED"),
        (PROFILE, dropping(), "SIGN_IN_UNAVAILABLE"),
        # GitHub refuses a code with status 200.
        (TOKEN, answering(200, {"error": "bad_verification_code"}), "SIGN_IN_FAILED"),
        (TOKEN, answering(200, {"token_type": "Bearer"}), "SIGN_IN_FAILED"),
    ],
)
async def test_a_broken_github_ends_on_the_login_page(
    path: str, fault: Fault, problem: str, github: IdentityProvider, browser: httpx.AsyncClient
) -> None:
    github.faults[path] = fault
    assert problem_of(await sign_in(browser, provider_id="github")) == problem
    assert not await is_signed_in(browser)


async def test_a_github_that_hangs_is_given_up_on(
    impatient: None, github: IdentityProvider, browser: httpx.AsyncClient
) -> None:
    github.faults[PROFILE] = hanging(5)
    assert problem_of(await sign_in(browser, provider_id="github")) == "SIGN_IN_UNAVAILABLE"


@pytest.mark.asvs("10.2.2")
async def test_the_callback_of_one_provider_is_not_taken_for_another(
    github: IdentityProvider, browser: httpx.AsyncClient
) -> None:
    state = query_of(await begin(browser, provider_id="github"))["state"]
    answer = await browser.get("/auth/callback/google", params={"code": "code", "state": state})
    assert problem_of(answer) == "SIGN_IN_EXPIRED"


@pytest.mark.asvs("7.5.3")
@pytest.mark.usefixtures("github")
async def test_at_github_the_way_from_the_account_page_counts_as_a_sign_in_anew(
    browser: httpx.AsyncClient,
) -> None:
    """It has nothing to ask for more by; an ordinary sign-in, which it answers by itself, does not count."""
    await sign_in(browser, provider_id="github")
    deletion = {"confirm": "delete my account"}
    assert (await browser.post("/api/v1/me/delete", json=deletion)).status_code == 403
    begun = await browser.get("/auth/login/github?next=/account&prompt=login")
    callback = await approve(browser, begun.headers["location"])
    assert (await browser.get(callback)).headers["location"] == "/account"
    assert (await browser.post("/api/v1/me/delete", json=deletion)).status_code == 200
