"""404 and 405, on every path and with every method."""

import httpx
import pytest

from tests.api.envelopes import SUBMIT, error_of
from tests.support.people import SignedIn
from tests.support.provider import EmulatedProvider
from ui.assets import asset_url

READ = "/api/v1/generations/00000000-0000-4000-8000-000000000000"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]

ALLOWED = {
    SUBMIT: {"POST"},
    READ: {"GET", "HEAD"},
    f"{READ}/image": {"GET", "HEAD"},
    f"{READ}/cancel": {"POST"},
    f"{READ}/delete": {"POST"},
    f"{READ}/restore": {"POST"},
    "/api/v1/generations": {"GET", "HEAD"},
    "/api/v1/generations/not-a-uuid": {"GET", "HEAD"},
    "/api/openapi.json": {"GET", "HEAD"},
    "/api/docs": {"GET", "HEAD"},
    "/api/docs/static/swagger-ui.css": {"GET", "HEAD"},
    "/healthz": {"GET", "HEAD"},
    "/readyz": {"GET", "HEAD"},
}
NOTHING = [
    "/api/",
    "/api/v1",
    "/api/v1/",
    "/api/v1/nothing",
    "/api/v1/generations/",
    f"{READ}/",
    f"{READ}/picture",
    f"{SUBMIT}/",
    "/api/v2/generations/submit",
    "/api//v1/generations/submit",
    "/api/docs/",
    "/api/docs/static/..%2f..%2fcore.py",
    "/api/docs/static/%00",
    "/api/%00%ff",
    "/api/v1/generations/line%0Abreak",
    "/api/%0D%0A",
    "/api/" + "x" * 5000,
]


async def expect(http: httpx.AsyncClient, method: str, path: str, status: int, code: str) -> httpx.Response:
    response = await http.request(method, path)
    if method == "HEAD":
        assert response.status_code == status
        assert response.headers["Content-Type"] == "application/json"
    else:
        error_of(response, status, code)
    return response


@pytest.mark.asvs("3.5.3", "13.4.4")
async def test_every_other_method_is_refused_with_the_allowed_ones(
    http: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    for path, allowed in ALLOWED.items():
        for method in set(METHODS) - allowed:
            with subtests.test(f"{method} {path}"):
                response = await expect(http, method, path, 405, "METHOD_NOT_ALLOWED")
                assert set(response.headers["Allow"].split(", ")) == allowed


async def test_nothing_is_there_whatever_the_method(
    http: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    for path in NOTHING:
        for method in ["GET", "HEAD"] if path.startswith("/api/docs/static/") else METHODS:
            with subtests.test(f"{method} {path[:40]}"):
                await expect(http, method, path, 404, "NOT_FOUND")


async def test_submit_is_never_taken_for_an_id(ada: SignedIn, provider: EmulatedProvider) -> None:
    assert (await ada.http.get(SUBMIT)).headers["Allow"] == "POST"
    posted = await ada.http.post(READ, json={"prompt": "a cat"})
    assert posted.headers["Allow"] == "GET, HEAD"
    assert provider.creates == 0


PAGES = {
    "/": "GET, HEAD",
    "/login": "GET, HEAD",
    "/dashboard": "GET, HEAD",
    "/dashboard/generate": "GET, HEAD",
    "/theme": "GET, HEAD",
    "/auth/login/oidc": "GET, HEAD",
    "/auth/callback/oidc": "GET, HEAD",
    "/auth/logout": "POST",
    "/auth/logout/oidc": "GET, HEAD",
    "/auth/demo": "POST",
    asset_url("app.css"): "GET, HEAD",
}


async def test_a_method_that_a_page_does_not_know_is_told_on_a_page(
    http: httpx.AsyncClient, subtests: pytest.Subtests
) -> None:
    for path, allowed in PAGES.items():
        for method in set(METHODS) - {"HEAD", *allowed.split(", ")}:
            with subtests.test(f"{method} {path}"):
                response = await http.request(method, path)
                assert (response.status_code, response.headers["Allow"]) == (405, allowed)
                assert response.headers["Content-Type"] == "text/html; charset=utf-8"
                assert "METHOD_NOT_ALLOWED" in response.text
