"""Nothing a visitor sends gives a 500: the same with input that nobody thought of."""

import json

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.envelopes import SUBMIT
from tests.support.people import SignedIn

many = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
METHODS = st.sampled_from(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
PATHS = st.sampled_from(["/api/", SUBMIT, "/api/v1/generations/", "/api/docs/static/", "/auth/", "/"])
ESCAPES = st.binary(max_size=20).map(lambda some: "".join(f"%{byte:02x}" for byte in some))
HEADERS = st.dictionaries(
    st.sampled_from([b"Content-Type", b"Content-Length", b"Cookie", b"Origin", b"Sec-Fetch-Site", b"Accept"]),
    st.binary(max_size=40) | st.sampled_from([b"application/json", b"easel_session=x", b"9"]),
)
ANY_TEXT = st.text(st.characters(exclude_categories=[]))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.just("prompt") | ANY_TEXT, inner, max_size=3)
    ),
    max_leaves=8,
)


def expect_envelope(response: httpx.Response) -> None:
    assert response.status_code < 500, response.text
    body = response.json()
    assert body["success"] is (response.status_code == 200)
    assert ("data" in body) is not ("error" in body)


@many
@given(document=JSON | JSON.map(lambda prompt: {"prompt": prompt}))
async def test_any_json_is_answered_in_the_envelope(ada: SignedIn, document: object) -> None:
    response = await ada.http.post(
        SUBMIT, content=json.dumps(document), headers={"Content-Type": "application/json"}
    )
    expect_envelope(response)


@many
@given(body=st.binary(max_size=200).map(lambda some: b'{"prompt":"' + some + b'"}') | st.binary())
async def test_any_bytes_are_answered_in_the_envelope(ada: SignedIn, body: bytes) -> None:
    response = await ada.http.post(SUBMIT, content=body, headers={"Content-Type": "application/json"})
    expect_envelope(response)


@many
@given(method=METHODS, path=PATHS, rest=ESCAPES, headers=HEADERS)
async def test_any_request_is_answered_without_an_error_of_ours(
    ada: SignedIn, method: str, path: str, rest: str, headers: dict[bytes, bytes]
) -> None:
    response = await ada.http.request(method, path + rest, headers=headers)
    assert response.status_code < 500
    assert response.headers["X-Request-Id"]
    if path.startswith("/api/") and method != "HEAD":
        expect_envelope(response)
