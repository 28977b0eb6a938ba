"""`next`: whatever it says, a browser that follows it stays on this site."""

import re
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import RedirectResponse

from core.sign_in.return_path import DEFAULT_PATH, safe_return_path

SITES = ("http://127.0.0.1:8080", "https://easel.test")
ELSEWHERE = [
    "//evil.test",
    "///evil.test",
    "/\\evil.test",
    "\\\\evil.test",
    "/\t/evil.test",
    "/\n/evil.test",
    "\r//evil.test",
    " //evil.test",
    "\x00//evil.test",
    "https://evil.test",
    "https:evil.test",
    "http:evil.test",
    "HTTP:\\\\evil.test",
    "javascript:alert(1)",
    "data:text/html,evil",
]


def stays(site: str, location: str) -> bool:
    """Whether a browser at `site` stays there, by the rules of the URL standard for a Location header."""
    location = location.strip("".join(map(chr, range(0x21))))
    location = re.sub(r"[\t\n\r]", "", location).replace("\\", "/")
    location = re.sub(r"^/{2,}", "//", location)
    try:
        parts = urlsplit(urljoin(f"{site}/auth/callback/oidc", location))
    except ValueError:
        return False
    return f"{parts.scheme}://{parts.netloc}" == site


@pytest.mark.asvs("1.2.2", "3.7.2")
@pytest.mark.parametrize("value", ELSEWHERE)
def test_an_address_elsewhere_gives_way_to_the_default(value: str) -> None:
    assert not all(stays(site, value) for site in SITES)
    assert safe_return_path(value) == DEFAULT_PATH


@pytest.mark.parametrize("value", [None, "", "dashboard", "?a=b", "/\x7f", "/\x1b[0m", "/a\\b", "/\ud800"])
def test_what_is_no_plain_path_gives_way_to_the_default(value: str | None) -> None:
    assert safe_return_path(value) == DEFAULT_PATH


@pytest.mark.parametrize(
    "value",
    ["/", "/dashboard", "/dashboard/generate?prompt=a%20kite&n=2", "/a//b", "/a?next=//b", "/caf\xe9#x"],
)
def test_a_path_on_this_site_is_kept(value: str) -> None:
    assert safe_return_path(value) == value


@given(st.text("/\\.:@?#%[] \t\n\r\0aé\x85\u2028\uff0f") | st.text() | st.sampled_from(ELSEWHERE))
def test_whatever_comes_in_the_browser_stays(value: str) -> None:
    for candidate in (value, f"/{value}"):
        location = RedirectResponse(safe_return_path(candidate)).headers["location"]
        assert all(stays(site, location) for site in SITES)


@pytest.mark.parametrize("letter", ["a", "é", "漢", "🖼", '"'])
def test_a_path_is_kept_as_long_as_it_is_short(letter: str) -> None:
    assert safe_return_path("/" + letter * 80) == "/" + letter * 80
    assert safe_return_path("/" + letter * 1000) == DEFAULT_PATH
