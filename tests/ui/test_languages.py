"""Which language a visitor gets, and that every page of theirs says so."""

import re
import time

import httpx
import pytest
from starlette.requests import HTTPConnection

from core.errors import ProviderFailed
from core.sentences import Sentence
from core.services import FailureCode
from core.sign_in.problems import SignInProblem
from tests.support.people import SignedIn
from ui.languages import ENGLISH, LANGUAGES, language_of
from ui.words import translated_to

GERMAN = LANGUAGES["de"]


def chosen(accepted: str = "", cookie: str = "") -> str:
    headers = [(b"accept-language", accepted.encode()), (b"cookie", cookie.encode())]
    return language_of(HTTPConnection({"type": "http", "headers": headers})).tag


@pytest.mark.parametrize(
    ("accepted", "tag"),
    [
        ("", "en"),
        ("de", "de"),
        ("DE-at", "de"),
        ("de-Latn-CH, en;q=0.9", "de"),
        ("en-GB, de;q=0.9", "en"),
        ("en;q=0.5, de;q=0.9", "de"),
        ("fr, it;q=0.9, de;q=0.2, en;q=0.1", "de"),
        ("fr-CA, xx", "en"),
        ("de;q=0, fr", "en"),
        ("de ; q=0.3, en ; q=0.2", "de"),
        ("*, de;q=0.5", "en"),
        ("de;q=many, en", "en"),
        (";;,=,q;q=q, -", "en"),
        ("deutsch", "en"),
    ],
)
def test_the_browser_decides_by_what_it_wants_most(accepted: str, tag: str) -> None:
    assert chosen(accepted) == tag


@pytest.mark.parametrize("asked", ["a-" * 32_000, "a," * 32_000, "de-" + "a-" * 32_000, "de," * 21_000])
def test_what_no_browser_sends_takes_nobody_s_time(asked: str) -> None:
    """As much as a head may have: it took half a minute, in which the process answered nobody."""
    begun = time.process_time()
    assert chosen(asked, cookie="easel_language=xx") == ("de" if asked.startswith("de") else "en")
    chosen(cookie=f"easel_language={asked.replace(',', '-')}")
    assert time.process_time() - begun < 0.1


@pytest.mark.parametrize("name", ["easel_language", "__Host-easel_language"])
def test_the_menu_wins(name: str) -> None:
    assert chosen("en-US", cookie=f"{name}=de") == "de"
    assert chosen("de-DE", cookie=f"{name}=en") == "en"
    assert chosen("de-DE", cookie=f"{name}=xx") == "de"


async def test_pages_say_in_which_language_they_are(ada: SignedIn) -> None:
    for accepted, language, title in [("de-AT", "de", "Konto · Easel"), ("fr", "en", "Account · Easel")]:
        page = await ada.http.get("/account", headers={"Accept-Language": accepted})
        assert f'<html lang="{language}" dir="ltr">' in page.text
        assert f"<title>{title}</title>" in page.text


async def test_only_another_language_has_a_catalogue_to_load(http: httpx.AsyncClient) -> None:
    assert "/words/" not in (await http.get("/login")).text
    page = (await http.get("/login", headers={"Accept-Language": "de"})).text
    [address] = re.findall(r'<script defer src="(/assets/[^"]+)"></script>', page)
    script = await http.get(address)
    assert script.headers["content-type"].startswith("text/javascript")
    assert "immutable" in script.headers["cache-control"]
    assert "„" in script.text
    assert (await http.get(address.replace("de.js", "xx.js"))).status_code == 404


async def test_what_surrounds_a_page_without_a_connection_is_translated(http: httpx.AsyncClient) -> None:
    page = (await http.get("/login", headers={"Accept-Language": "de"})).text
    assert "Verbindung unterbrochen." in page
    assert "Connection lost" not in page


async def test_pages_for_errors_are_translated_and_may_not_be_mistaken(http: httpx.AsyncClient) -> None:
    page = await http.get("/nowhere", headers={"Accept-Language": "de"})
    assert '<html lang="de" dir="ltr">' in page.text
    assert "Hier ist nichts" in page.text
    assert page.headers["vary"] == "Accept-Language, Cookie"
    refused = await http.post("/auth/demo", headers={"Origin": "https://other.test", "Accept-Language": "de"})
    assert "kam von einer anderen Website" in refused.text


async def test_a_sign_in_that_failed_is_explained_in_the_language(http: httpx.AsyncClient) -> None:
    for problem in SignInProblem:
        page = await http.get(f"/login?error={problem.value}", headers={"Accept-Language": "de"})
        assert GERMAN.t(problem.sentence) in page.text
        assert problem.sentence not in page.text


async def test_the_api_stays_english(http: httpx.AsyncClient) -> None:
    answer = await http.get("/api/v1/me", headers={"Accept-Language": "de"})
    assert answer.json()["error"]["message"] == "Please sign in."


def test_sentences_are_translated_whole_with_their_values() -> None:
    error = ProviderFailed(FailureCode.PROVIDER_BUSY)
    assert translated_to(ENGLISH, *error.sentences) == error.message
    assert translated_to(GERMAN, *error.sentences) == (
        "Der Bilddienst ist stark ausgelastet. Bitte versuch es in einer Minute noch einmal. "
        "Es wurde nichts berechnet."
    )
    days = Sentence("Please use 1 to {most} days.", most=365)
    assert days == "Please use 1 to 365 days."
    assert translated_to(GERMAN, days) == "Bitte nimm 1 bis 365 Tage."
