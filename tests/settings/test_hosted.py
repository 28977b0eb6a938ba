"""Local or hosted: the rule, and the address that people use."""

from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from core.settings import Settings, missing_for_hosting


def settings_of(**given: object) -> Settings:
    return Settings.model_validate(given)


@pytest.mark.parametrize(
    ("host", "public_url", "is_hosted"),
    [
        ("127.0.0.1", "", False),
        ("127.0.0.53", "", False),
        ("localhost", "", False),
        ("LocalHost", "", False),
        ("::1", "", False),
        ("127.0.0.1", "http://localhost:9000", False),
        ("127.0.0.1", "http://[::1]:8080", False),
        ("127.0.0.1", "https://localhost", False),
        ("0.0.0.0", "", True),  # noqa: S104
        ("::", "", True),
        ("192.168.1.7", "", True),
        ("easel.local", "", True),
        ("localhost.example", "", True),
        ("127.0.0.1.example", "", True),
        ("127.0.0.1", "https://easel.example", True),
        ("127.0.0.1", "http://127.0.0.1.example", True),
        ("127.0.0.1", "http://192.168.1.7:8080", True),
        ("0.0.0.0", "http://127.0.0.1:8080", True),  # noqa: S104
        ("::", "http://localhost:8080", True),
    ],
)
def test_hosted_means_that_an_address_is_not_a_loopback_one(
    host: str, public_url: str, is_hosted: bool
) -> None:
    settings = settings_of(host=host, public_url=public_url)
    assert settings.is_hosted == is_hosted
    assert settings.has_demo_sign_in == (not is_hosted)
    assert bool(missing_for_hosting(settings)) == is_hosted


@pytest.mark.parametrize(
    ("host", "port", "public_url"),
    [
        ("127.0.0.1", 8080, "http://127.0.0.1:8080"),
        ("localhost", 80, "http://localhost"),
        ("::1", 8080, "http://[::1]:8080"),
        ("LOCALHOST", 9000, "http://localhost:9000"),
    ],
)
def test_the_public_url_defaults_to_where_it_listens(host: str, port: int, public_url: str) -> None:
    assert settings_of(host=host, port=port).public_url == public_url


@pytest.mark.parametrize(
    ("given_url", "public_url"),
    [
        ("https://easel.example/", "https://easel.example"),
        ("HTTPS://Easel.Example", "https://easel.example"),
        ("https://easel.example:443", "https://easel.example"),
        ("https://easel.example:8443", "https://easel.example:8443"),
        ("http://easel.example:80/", "http://easel.example"),
        ("https://easel.example:", "https://easel.example"),
        ("https://easel.example?", "https://easel.example"),
        ("https://[2001:DB8::1]:443", "https://[2001:db8::1]"),
    ],
)
def test_the_public_url_is_kept_as_browsers_write_an_origin(given_url: str, public_url: str) -> None:
    settings = settings_of(public_url=given_url)
    assert settings.public_url == public_url
    assert settings.is_https == public_url.startswith("https:")
    assert settings.allowed_origins == {public_url}


def test_locally_the_other_names_of_this_machine_are_allowed_origins() -> None:
    assert settings_of(port=8123).allowed_origins == {
        "http://127.0.0.1:8123",
        "http://localhost:8123",
        "http://[::1]:8123",
    }


addresses = st.builds(
    "{}{}{}{}{}".format,
    st.sampled_from(["http://", "https://", "HTTPS://", "//", "javascript:", "https:/", ""]),
    st.sampled_from(["", "ada@", "ada:secret@", "\\", "/"]),
    st.one_of(st.sampled_from(["easel.example", "[::1]", "127.0.0.1", "LOCALHOST"]), st.text(max_size=8)),
    st.sampled_from(["", ":", ":443", ":80", ":0", ":99999", ":x", ":\uff18"]),
    st.one_of(st.sampled_from(["", "/", "//", "/path", "?", "?a=b", "#", "#x"]), st.text(max_size=4)),
)


@pytest.mark.asvs("12.2.1")
@given(st.one_of(st.text(), addresses))
@example("http://ho\nst")
@example("https://easel.example\t")
def test_a_public_url_is_refused_or_a_plain_origin(text: str) -> None:
    try:
        settings = settings_of(public_url=text)
    except ValidationError:
        return
    url = settings.public_url
    parts = urlsplit(url)
    assert parts.scheme in {"http", "https"}
    assert parts.hostname
    assert url == f"{parts.scheme}://{parts.netloc}"
    assert url.isascii()
    assert url.isprintable()
    assert not set(url) & set(' @"<>\\')
    assert url in settings.allowed_origins
    assert settings_of(public_url=url).public_url == url
