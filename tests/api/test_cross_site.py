"""403: what another site's page sends is refused, for the API and for signing in and out alike."""

import httpx
import pytest

from tests.api.envelopes import SUBMIT, data_of, details_of, error_of
from tests.support.application import make_settings
from tests.support.people import SignedIn
from tests.support.provider import EmulatedProvider

OTHER_SITES = [
    {"Origin": "https://evil.test"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://127.0.0.1:8081"},
    {"Origin": "https://127.0.0.1:8080"},
    {"Origin": "http://127.0.0.1:8080.evil.test"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.test"},
    {"Sec-Fetch-Site": "cross-site", "Origin": "http://127.0.0.1:8080"},
]
THIS_SITE = [
    {},
    {"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-origin"},
    {"Origin": "http://localhost:8080"},
    {"Origin": "http://[::1]:8080"},
    {"Sec-Fetch-Site": "none"},
]


@pytest.mark.asvs("3.5.1")
async def test_another_site_cannot_submit(
    ada: SignedIn, provider: EmulatedProvider, subtests: pytest.Subtests
) -> None:
    for headers in OTHER_SITES:
        with subtests.test(str(headers)):
            response = await ada.http.post(SUBMIT, json={"prompt": "a cat"}, headers=headers)
            error_of(response, 403, "FORBIDDEN")
    assert provider.creates == 0


async def test_this_site_and_scripts_can(ada: SignedIn, subtests: pytest.Subtests) -> None:
    for headers in THIS_SITE:
        with subtests.test(str(headers)):
            details_of(await ada.http.post(SUBMIT, json={"prompt": ""}, headers=headers))


@pytest.mark.asvs("3.5.1", "7.6.2")
async def test_another_site_can_sign_nobody_in_or_out(ada: SignedIn, http: httpx.AsyncClient) -> None:
    evil = {"Origin": "https://evil.test"}
    for response in (
        await http.post("/auth/demo", headers=evil),
        await ada.http.post("/auth/logout", headers=evil),
    ):
        assert response.status_code == 403
        assert "Set-Cookie" not in response.headers
        assert "This request came from another site" in response.text
    data_of(await ada.http.post(SUBMIT, json={"prompt": "still signed in"}))


@pytest.mark.asvs("3.5.1")
async def test_every_method_that_may_change_something_is_refused(http: httpx.AsyncClient) -> None:
    for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE", "QUERY"):
        response = await http.request(method, "/api/", headers={"Origin": "https://evil.test"})
        error_of(response, 403, "FORBIDDEN")


async def test_a_link_on_another_site_still_leads_here(http: httpx.AsyncClient) -> None:
    response = await http.get("/login", headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 200


@pytest.mark.parametrize(
    ("public_url", "origin", "is_allowed"),
    [
        ("https://easel.test", "https://easel.test", True),
        ("https://Easel.test:443/", "https://easel.test", True),
        ("http://easel.test:80", "http://easel.test", True),
        ("https://easel.test:8443", "https://easel.test:8443", True),
        ("https://easel.test", "http://easel.test", False),
        ("https://easel.test", "https://easel.test:8443", False),
        ("https://easel.test", "http://localhost:8080", False),
    ],
)
def test_a_hosted_site_allows_its_public_address_alone(
    public_url: str, origin: str, *, is_allowed: bool
) -> None:
    assert (origin in make_settings(public_url=public_url).allowed_origins) is is_allowed


def test_the_names_of_this_computer_are_allowed_without_the_port_that_goes_without_saying() -> None:
    origins = make_settings(port=80).allowed_origins
    assert origins == {"http://127.0.0.1", "http://localhost", "http://[::1]"}
