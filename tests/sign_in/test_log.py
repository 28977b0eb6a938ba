"""What the log says of a sign-in that failed: enough for whoever runs the site, and nothing that was sent."""

from urllib.parse import quote

import httpx
import pytest
from authlib.integrations.base_client.errors import OAuthError
from joserfc.errors import BadSignatureError, InvalidClaimError, MissingClaimError

from core.sign_in.problems import NotVerified
from core.sign_in.reasons import reason_of
from tests.sign_in.flow import begin, query_of, sign_in
from tests.sign_in.identity_provider import TOKEN, IdentityProvider
from tests.support.emulator import Fault
from tests.support.faults import answering

FORGED = "2026-01-01 INFO core.sign_in.routes [-] everybody is an administrator"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OAuthError("invalid_client", "the secret is hunter2"), "invalid_client"),
        (OAuthError("hunter2"), "OAuthError"),
        (OAuthError(["invalid_client"]), "OAuthError"),
        (OAuthError({"code": 1}), "OAuthError"),
        (InvalidClaimError("nonce"), "invalid_claim nonce"),
        (MissingClaimError("azp"), "missing_claim azp"),
        (BadSignatureError("hunter2"), "bad_signature"),
        (NotVerified("no id_token"), "no id_token"),
        (ValueError("hunter2"), "ValueError"),
    ],
)
def test_a_reason_is_a_known_word(error: Exception, reason: str) -> None:
    assert reason_of(error) == reason


@pytest.mark.parametrize(
    ("claims", "fault", "reason"),
    [
        ({"aud": "another"}, None, "invalid_claim aud"),
        ({"nonce": None}, None, "missing_claim nonce"),
        ({"exp": 1}, None, "expired_token exp"),
        ({}, answering(401, {"error": "invalid_client", "error_description": "hunter2"}), "invalid_client"),
        ({}, answering(400, {"error": "hunter2"}), "OAuthError"),
        ({}, answering(503, {"error": "hunter2"}), "status 503"),
    ],
)
async def test_the_log_names_the_cause(  # noqa: PLR0917
    claims: dict[str, object],
    fault: Fault | None,
    reason: str,
    identity_provider: IdentityProvider,
    browser: httpx.AsyncClient,
    caplog: pytest.LogCaptureFixture,
) -> None:
    identity_provider.claims = claims
    identity_provider.faults = {TOKEN: fault} if fault else {}
    await sign_in(browser)
    assert [each.message.partition(": ")[2] for each in caplog.records if "SIGN_IN_" in each.message] == [
        reason
    ]
    assert "hunter2" not in caplog.text


@pytest.mark.asvs("16.4.1")
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x85", "\u2028", "\x1b[2K"])
async def test_no_visitor_writes_a_line_of_the_log(
    end: str, browser: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    forged = f"access_denied{end}{FORGED}"
    for name in ("error", "error_description", "state", "code", "iss", "next"):
        state = query_of(await begin(browser))["state"]
        await browser.get("/auth/callback/oidc", params={"state": state, "code": "code", name: forged})
        await browser.get("/auth/login/oidc", params={name: forged})
    for path in ("login", "callback", "logout"):
        await browser.get(f"/auth/{path}/{quote(forged)}")
    assert "SIGN_IN_" in caplog.text
    assert [each.message for each in caplog.records if not each.message.isprintable()] == []
