"""Whatever a visitor or an identity provider sends to a sign-in: the login page, and nobody signed in."""

import asyncio
import json
from typing import Any
from urllib.parse import quote_from_bytes

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from starlette.requests import Request
from starlette.responses import Response

from core.sign_in.problems import SignInProblem
from tests.sign_in.flow import approve, begin, problem_of, query_of
from tests.sign_in.identity_provider import CLIENT_ID, DISCOVERY, JWKS, TOKEN, IdentityProvider
from tests.support.database import TestDatabase
from tests.support.emulator import Fault

# The number of examples is the profile's: `make fuzz` asks for more.
many = examples(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=30)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ANY_TEXT, inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(
    [b"code", b"state", b"error", b"error_description", b"iss", b"next", b"session_state"]
)
ESCAPED = (
    st.binary(max_size=30).map(quote_from_bytes) | st.just("%ff%fe") | st.just("%") | st.just("a" * 9000)
)
# Of a query, its parts: raw, so that escapes can be wrong and names come twice.
QUERIES = st.lists(st.tuples(NAMES.map(bytes.decode) | ESCAPED, ESCAPED | st.just("the state")), max_size=6)
COOKIES = st.none() | st.sampled_from(["garbled", "cut short", "another's"]) | st.binary(max_size=60)
PROVIDER_IDS = st.just("oidc") | st.sampled_from(["google", "github", "demo", "..", "%00"]) | ESCAPED


@many
@given(query=QUERIES, cookie=COOKIES, provider_id=PROVIDER_IDS, has_begun=st.booleans())
async def test_any_callback_ends_on_the_login_page(  # noqa: PLR0917
    query: list[tuple[str, str]],
    cookie: str | bytes | None,
    provider_id: str,
    has_begun: bool,
    browser: httpx.AsyncClient,
    database: TestDatabase,
) -> None:
    browser.cookies.clear()
    state = query_of(await begin(browser))["state"] if has_begun else "none"
    headers = _with_cookie(browser, cookie)
    raw = "&".join(f"{name}={value.replace('the state', state)}" for name, value in query)
    answer = await browser.get(f"/auth/callback/{provider_id[:2000]}?{raw[:30_000]}", headers=headers)
    assert answer.status_code < 500
    if answer.status_code not in {404, 405}:
        assert problem_of(answer) in set(SignInProblem)
    assert "easel_session" not in answer.cookies
    assert nobody_is_signed_in(database)


def _with_cookie(browser: httpx.AsyncClient, cookie: str | bytes | None) -> dict[bytes, bytes]:
    """Leaves the browser's cookie as it is, or spoils it in that way, or sends those bytes in its place."""
    if cookie is None:
        return {}
    if isinstance(cookie, bytes):
        browser.cookies.clear()
        return {b"Cookie": b"easel_sign_in=" + cookie.replace(b"\n", b"").replace(b"\r", b"")}
    kept = browser.cookies.get("easel_sign_in") or "e30=.a.b"
    browser.cookies.clear()
    spoiled = {"garbled": kept[::-1], "cut short": kept[:-5], "another's": "e30=.aSFtZQ.c2lnbmF0dXJl"}
    return {b"Cookie": f"easel_sign_in={spoiled[cookie]}".encode()}


MEDIA_TYPES = st.sampled_from(
    ["application/json", "application/jwt", "text/html", "", "application/json; charset=x"]
)
BODIES = JSON.map(lambda document: json.dumps(document).encode()) | st.binary(max_size=300)
STATUSES = st.just(200) | st.sampled_from(
    [201, 204, 206, 301, 302, 304, 400, 401, 403, 404, 418, 429, 500, 503]
)
HEADERS = st.dictionaries(
    st.sampled_from(["location", "content-encoding", "set-cookie", "www-authenticate", "retry-after"]),
    st.sampled_from(["gzip", "/", "http://127.0.0.1:1/", "a=b", "x" * 5000]),
    max_size=2,
)


@many
@given(
    path=st.sampled_from([DISCOVERY, TOKEN, JWKS]),
    status=STATUSES,
    body=BODIES,
    media_type=MEDIA_TYPES,
    headers=HEADERS,
)
async def test_any_answer_of_an_identity_provider_ends_on_the_login_page(  # noqa: PLR0917
    path: str,
    status: int,
    body: bytes,
    media_type: str,
    headers: dict[str, str],
    identity_provider: IdentityProvider,
    browser: httpx.AsyncClient,
    database: TestDatabase,
    caplog: pytest.LogCaptureFixture,
) -> None:
    identity_provider.reset()
    identity_provider.faults[path] = _answering(status, body, media_type, headers)
    answer = await _sign_in(browser)
    assert problem_of(answer) in set(SignInProblem)
    assert nobody_is_signed_in(database)
    assert_nothing_secret_in(answer.headers["location"] + caplog.text, identity_provider)


CLAIMS = [
    "iss",
    "sub",
    "aud",
    "azp",
    "exp",
    "iat",
    "nbf",
    "nonce",
    "name",
    "picture",
    "email",
    "at_hash",
    "amr",
]
REPLY = [
    "access_token",
    "token_type",
    "id_token",
    "expires_in",
    "expires_at",
    "refresh_token",
    "userinfo",
    "error",
]
VALUES = JSON.filter(lambda value: value is not None) | st.just(CLIENT_ID) | st.just([CLIENT_ID, "another"])


@many
@given(
    claims=st.dictionaries(st.sampled_from(CLAIMS), VALUES, max_size=2),
    reply=st.dictionaries(st.sampled_from(REPLY), VALUES, max_size=1),
    left_out=st.sets(st.sampled_from(CLAIMS + REPLY), max_size=1),
)
async def test_only_a_token_that_says_who_and_for_whom_signs_in(  # noqa: PLR0917
    claims: dict[str, Any],
    reply: dict[str, Any],
    left_out: set[str],
    identity_provider: IdentityProvider,
    browser: httpx.AsyncClient,
    database: TestDatabase,
) -> None:
    identity_provider.reset()
    identity_provider.claims = claims | dict.fromkeys(left_out & set(CLAIMS))
    identity_provider.reply = reply | dict.fromkeys(left_out & set(REPLY))
    await asyncio.to_thread(database.empty)  # the loop of the app may be in midst of a transaction
    answer = await _sign_in(browser)
    assert answer.status_code < 500
    if nobody_is_signed_in(database):
        assert problem_of(answer) in set(SignInProblem)
        return
    changed = identity_provider.claims
    assert not {"iss", "nonce", "exp", "id_token"} & (left_out | {"id_token"} & reply.keys())
    assert not {"iss", "nonce"} & changed.keys()
    assert changed.get("aud", CLIENT_ID) in (CLIENT_ID, [CLIENT_ID], [CLIENT_ID, "another"])
    subject = changed.get("sub", "ada")
    assert isinstance(subject, str)
    assert subject
    assert subject.isprintable()


def _answering(status: int, body: bytes, media_type: str, headers: dict[str, str]) -> Fault:
    async def fault(_: Request) -> Response:
        is_empty = status in {204, 304}
        return Response(b"" if is_empty else body, status, headers, media_type or None)

    return fault


async def _sign_in(browser: httpx.AsyncClient) -> httpx.Response:
    """The whole flow, which may end at its beginning."""
    browser.cookies.clear()
    first = await browser.get("/auth/login/oidc")
    if first.status_code != 302:
        return first
    return await browser.get(await approve(browser, first.headers["location"]))


def nobody_is_signed_in(database: TestDatabase) -> bool:
    return not database.run("SELECT 1 FROM login_sessions")


def assert_nothing_secret_in(text: str, identity_provider: IdentityProvider) -> None:
    for secret in identity_provider.secrets:
        assert secret not in text
