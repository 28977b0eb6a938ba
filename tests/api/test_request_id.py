"""`X-Request-Id` on every answer: the visitor's own, if it is a usable one."""

import httpx
import pytest

from tests.api.envelopes import SUBMIT, error_of
from ui.assets import asset_url

ANSWERS = {
    "GET /": 303,
    "GET /login": 200,
    "GET /dashboard/generate": 303,
    "GET /nothing": 404,
    f"GET {asset_url('theme.js')}": 200,
    "GET /assets/nothing.css": 404,
    "GET /auth/login/nobody": 303,
    "GET /healthz": 200,
    "GET /api/docs": 200,
    "GET /api/": 404,
    "GET /api/v1/generations/submit": 405,
    "POST /api/v1/generations/submit": 401,
    "POST /auth/demo": 303,
}
UNUSABLE = [
    b"",
    b"short",
    b"a" * 65,
    b"with spaces",
    b"<script>alert(1)</script>",
    b"abcd1234\nSet-Cookie: a=b",
    "àbcdéfgh".encode(),
    b"\x00" * 16,
    b"x" * 10_000,
]


async def test_every_answer_has_one_of_its_own(http: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    seen = set()
    for request_line, status in ANSWERS.items():
        with subtests.test(request_line):
            response = await http.request(*request_line.split())
            assert response.status_code == status
            assert len(response.headers["X-Request-Id"]) == 16
            seen.add(response.headers["X-Request-Id"])
    assert len(seen) == len(ANSWERS)


async def test_a_refused_answer_has_one_too(http: httpx.AsyncClient) -> None:
    refused = await http.post("/auth/demo", headers={"Origin": "null"})
    too_long = await http.post("/auth/demo", content=b"x" * 100_000)
    assert [refused.status_code, too_long.status_code] == [403, 413]
    assert refused.headers["X-Request-Id"] in refused.text
    assert too_long.headers["X-Request-Id"] in too_long.text


async def test_a_usable_one_is_kept(http: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    for given in ("abcd1234", "a" * 64, "0af7651916cd43dd-8448.eb211_c8"):
        with subtests.test(given):
            response = await http.post(SUBMIT, headers={"X-Request-Id": given})
            assert error_of(response, 401, "UNAUTHENTICATED")["request_id"] == given


async def test_another_is_replaced(http: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    for given in UNUSABLE:
        with subtests.test(given=given[:20]):
            response = await http.post(SUBMIT, headers={b"X-Request-Id": given})
            assert len(error_of(response, 401, "UNAUTHENTICATED")["request_id"]) == 16
