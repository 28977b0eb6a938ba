"""What a provider's discovery document is believed: its issuer, safe algorithms, addresses, and no more."""

import base64
import json

import httpx
import pytest
from joserfc.jwk import OctKey

from core.sign_in.discovery import ALGORITHMS, believed
from core.sign_in.problems import NotVerified
from tests.sign_in.flow import begin, is_signed_in, problem_of, query_of, sign_in
from tests.sign_in.identity_provider import CLIENT_ID, CLIENT_SECRET, IdentityProvider

HOME = "/dashboard/generate"
ISSUER = "https://id.example.test/realms/easel"
DOCUMENT = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
}


@pytest.mark.asvs("6.8.2", "9.1.2")
@pytest.mark.parametrize("advertised", [["none", "ES256"], ["ES256", "HS256", "none"]])
async def test_an_unsigned_id_token_is_refused_whatever_discovery_says(
    advertised: list[str],
    identity_provider: IdentityProvider,
    browser: httpx.AsyncClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    identity_provider.metadata = {ALGORITHMS: advertised}
    assert (await sign_in(browser)).headers["location"] == HOME
    browser.cookies.clear()
    identity_provider.header = {"alg": "none"}
    assert problem_of(await sign_in(browser)) == "SIGN_IN_FAILED"
    assert not await is_signed_in(browser)
    assert "SIGN_IN_FAILED: unsupported_algorithm" in caplog.text


@pytest.mark.asvs("6.8.2", "9.1.2")
@pytest.mark.parametrize("key", ["the public key", "the secret"])
async def test_an_id_token_signed_with_what_others_know_is_refused(
    key: str, identity_provider: IdentityProvider, browser: httpx.AsyncClient
) -> None:
    # Not as PEM, which the library that makes the token here takes for no secret.
    public = json.dumps(identity_provider.key.as_dict(private=False))
    known = base64.urlsafe_b64encode((public if key == "the public key" else CLIENT_SECRET).encode())
    identity_provider.metadata = {ALGORITHMS: ["ES256", "HS256"]}
    identity_provider.header = {"alg": "HS256"}
    identity_provider.signing_key = OctKey.import_key(
        {"kty": "oct", "kid": "first", "k": known.decode().rstrip("=")}
    )
    assert problem_of(await sign_in(browser)) == "SIGN_IN_FAILED"


@pytest.mark.asvs("9.2.2")
@pytest.mark.parametrize("kind", ["at+jwt", "application/at+jwt", "logout+jwt"])
async def test_a_token_of_another_kind_is_refused(
    kind: str, identity_provider: IdentityProvider, browser: httpx.AsyncClient
) -> None:
    identity_provider.header = {"typ": kind}
    assert problem_of(await sign_in(browser)) == "SIGN_IN_FAILED"
    identity_provider.header = {"typ": "JWT"}
    assert (await sign_in(browser)).headers["location"] == HOME


async def test_discovery_sets_no_option_of_ours(
    identity_provider: IdentityProvider, browser: httpx.AsyncClient
) -> None:
    identity_provider.metadata = {"code_challenge_method": None, "scope": "openid", "verify": False}
    query = query_of(await begin(browser))
    assert (query["code_challenge_method"], query["scope"]) == ("S256", "openid profile email")


@pytest.mark.asvs("10.2.2")
async def test_an_answer_that_names_another_provider_is_refused(
    identity_provider: IdentityProvider, browser: httpx.AsyncClient
) -> None:
    """Two that are mixed up: its code is not sent to this one."""
    state = query_of(await begin(browser))["state"]
    parameters = {"code": "of another", "state": state, "iss": "https://another.test"}
    assert problem_of(await browser.get("/auth/callback/oidc", params=parameters)) == "SIGN_IN_FAILED"
    assert identity_provider.secrets == set()


def test_only_what_is_used_is_passed_on() -> None:
    document: dict[str, object] = DOCUMENT | {
        "verify": False,
        "token": {},
        "_loaded_at": 0,
        "userinfo_endpoint": None,
    }
    assert believed(document, ISSUER) == DOCUMENT | {
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_method": "client_secret_basic",
        "authorization_response_iss_parameter_supported": False,
    }


@pytest.mark.asvs("10.5.3")
@pytest.mark.parametrize(
    "issuer", [None, "", 7, [ISSUER], f"{ISSUER}//", f"{ISSUER}/x", ISSUER.upper(), "https://id.example.test"]
)
def test_another_issuer_is_refused(issuer: object) -> None:
    with pytest.raises(NotVerified, match="another issuer"):
        believed(DOCUMENT | {"issuer": issuer}, ISSUER)


def test_people_write_the_slash_at_the_end_or_not() -> None:
    for told, configured in ((f"{ISSUER}/", ISSUER), (ISSUER, f"{ISSUER}/")):
        assert believed(DOCUMENT | {"issuer": told}, configured)["issuer"] == told


@pytest.mark.asvs("9.1.2")
@pytest.mark.parametrize("advertised", [[], ["none"], ["HS256", "none"], "ES256", {"ES256": 1}, [["ES256"]]])
def test_without_an_asymmetric_algorithm_there_is_no_sign_in(advertised: object) -> None:
    with pytest.raises(NotVerified, match="asymmetric"):
        believed(DOCUMENT | {ALGORITHMS: advertised}, ISSUER)


@pytest.mark.parametrize(
    ("advertised", "method"),
    [
        (None, "client_secret_basic"),
        (["client_secret_post"], "client_secret_post"),
        (["client_secret_post", "client_secret_basic"], "client_secret_basic"),
        (["private_key_jwt", "client_secret_post"], "client_secret_post"),
    ],
)
def test_how_the_secret_is_sent(advertised: object, method: str) -> None:
    found = believed(DOCUMENT | {"token_endpoint_auth_methods_supported": advertised}, ISSUER)
    assert found["token_endpoint_auth_method"] == method


def test_a_provider_that_takes_no_secret_is_refused() -> None:
    with pytest.raises(NotVerified, match="client_secret"):
        believed(DOCUMENT | {"token_endpoint_auth_methods_supported": ["private_key_jwt"]}, ISSUER)


@pytest.mark.parametrize(
    "name", ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"]
)
@pytest.mark.parametrize(
    "address", ["http://id.example.test/x", "javascript:alert()", "/x", 7, ["https://x"]]
)
def test_no_address_leaves_https(name: str, address: object) -> None:
    with pytest.raises(NotVerified, match="https"):
        believed(DOCUMENT | {name: address}, ISSUER)


@pytest.mark.parametrize("name", ["authorization_endpoint", "token_endpoint", "jwks_uri"])
def test_each_address_of_the_flow_is_needed(name: str) -> None:
    with pytest.raises(NotVerified, match="lacks"):
        believed(DOCUMENT | {name: None}, ISSUER)


def test_the_client_is_the_one_of_the_settings() -> None:
    assert "client_id" not in believed(DOCUMENT | {"client_id": f"not {CLIENT_ID}"}, ISSUER)
