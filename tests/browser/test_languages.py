"""Screens in the language of whoever looks: chosen by browser and menu; also from right to left."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.studio import GENERATE, PHONE, Studio, closing, widest
from tests.browser.test_axe import violations
from tests.support.database import TestDatabase
from tests.support.provider import EmulatedProvider
from tests.support.pseudo_locales import LONGER, RIGHT_TO_LEFT
from tests.support.servers import ROOT, EaselProcess, served_settings
from ui.languages import LANGUAGES

pytestmark = pytest.mark.long

PSEUDO = ROOT / "tests" / "support" / "pseudo_locales.py"
GERMAN = LANGUAGES["de"].catalogue.messages
# Of these the German is the same.
SAME = {message for message, (text, *_) in GERMAN.items() if message == text}
LAPTOP = {"width": 1366, "height": 768}
# Every text that the page shows, those of tooltips and for screen readers too.
TEXTS = """() => {
    const texts = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const { parentElement, textContent } = walker.currentNode;
        if (!parentElement.closest("script, style, code, noscript")) texts.push(textContent.trim());
    }
    for (const each of document.querySelectorAll("[title], [aria-label], [placeholder]"))
        texts.push(each.title, each.getAttribute("aria-label"), each.getAttribute("placeholder"));
    return [document.title, ...texts].filter(Boolean);
}"""


async def left_in_english(page: Page) -> set[str]:
    """Messages that the page shows although there is German for them."""
    shown: list[str] = await page.evaluate(TEXTS)
    return set(shown) & (GERMAN.keys() - SAME)


async def test_the_browser_decides_at_first(studio: Studio) -> None:
    page = await studio.blank(locale="de-DE")
    await page.goto(f"{studio.url}/login?error=SIGN_IN_EXPIRED")
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await expect(page.get_by_role("alert")).to_have_text(
        "Diese Anmeldung ist abgelaufen oder wurde in einem anderen Tab begonnen."
        " Bitte versuch es noch einmal."
    )
    await expect(page.get_by_role("button", name="Tastenkürzel")).to_be_visible()
    assert await left_in_english(page) == set()


async def test_account_and_administration_are_all_german(studio: Studio) -> None:
    page = await studio.visit("/account", locale="de-DE")
    await studio.draw(page, "ein roter Drachen")
    await page.reload()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Dein Konto")
    await expect(page).to_have_title("Konto · Easel")
    await expect(page.get_by_text("0,047 $").first).to_be_visible()
    await page.get_by_label("Name").fill("   ")
    await page.get_by_role("button", name="Token erstellen").click()
    await expect(page.get_by_role("alert")).to_have_text("Bitte gib dem Token einen Namen.")
    studio.complaints.clear()  # of the refusal
    await page.get_by_label("Name").fill("Nachts")
    await page.get_by_role("button", name="Token erstellen").click()
    await expect(page.get_by_text("Kopiere es jetzt")).to_be_visible()
    await page.get_by_role("button", name="Mein Konto löschen").click()
    await page.get_by_label("Tippe zum Bestätigen").fill("nein")
    await page.get_by_role("button", name="Mein Konto löschen").click()
    await expect(page.get_by_text("Bitte tippe „delete my account“.")).to_be_visible()
    studio.complaints.clear()
    assert await left_in_english(page) == set()

    await page.goto(f"{studio.url}/admin")
    await expect(page.get_by_role("cell", name="API-Token erstellt")).to_be_visible()
    await page.get_by_text("Dasselbe als Tabelle").click()
    assert await left_in_english(page) == set()


async def test_what_the_server_says_of_a_run_is_german_too(studio: Studio) -> None:
    page = await studio.visit(locale="de-DE")
    studio.provider.never_finish()
    await page.locator("#prompt").fill("ein roter Drachen")
    await page.locator(".button--primary").click()
    await expect(page.locator("#run-state")).to_have_attribute("data-state", "running")
    studio.moderate()
    await expect(page.get_by_text("Der Sicherheitsfilter des Bildmodells")).to_be_visible()
    await expect(page.get_by_text("berechnet")).to_be_visible()


async def test_a_page_for_an_error_is_german(studio: Studio) -> None:
    page = await studio.blank(locale="de-AT")
    await page.goto(f"{studio.url}/nowhere")
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await expect(page.get_by_role("heading")).to_have_text("Hier ist nichts")
    await expect(page.get_by_role("link")).to_have_text("Zur Startseite")
    studio.complaints.clear()  # of the page that is not there


async def test_the_menu_switches_and_the_choice_stays(studio: Studio) -> None:
    page = await studio.blank()
    await page.goto(f"{studio.url}/login")
    await page.get_by_role("combobox", name="Language").select_option("Deutsch")
    await expect(page.get_by_role("button", name="Tastenkürzel")).to_be_visible()
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await page.context.request.post(f"{studio.url}/auth/demo", headers={"Origin": studio.url})
    await page.goto(f"{studio.url}/account")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Dein Konto")
    [cookie] = [each for each in await page.context.cookies() if each["name"] == "easel_language"]
    assert (cookie["value"], cookie["sameSite"], cookie["path"]) == ("de", "Lax", "/")


async def test_a_phone_has_the_menu_in_the_account(studio: Studio) -> None:
    page = await studio.visit("/account", size=PHONE)
    [menu] = [
        each for each in await page.get_by_role("combobox", name="Language").all() if await each.is_visible()
    ]
    await menu.select_option("Deutsch")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Dein Konto")
    assert await widest(page) == PHONE["width"]


@pytest.fixture(scope="module")
def pseudo_easel(
    tmp_path_factory: pytest.TempPathFactory, migrated: TestDatabase, served_provider: EmulatedProvider
) -> Iterator[EaselProcess]:
    """Easel with the languages that nobody speaks."""
    folder = tmp_path_factory.mktemp("pseudo")
    settings: dict[str, Any] = served_settings(migrated, served_provider.url, folder / "data")
    with EaselProcess(folder, script=(PSEUDO,), **settings) as process:
        yield process


@pytest_asyncio.fixture(loop_scope="session")
async def pseudo_studio(
    pseudo_easel: EaselProcess, browser: Browser, database: TestDatabase, provider: EmulatedProvider
) -> AsyncIterator[Studio]:
    async with closing(Studio(pseudo_easel.url, browser, database, provider)) as studio:
        yield studio
    assert studio.complaints == []


PATHS = ["/account", "/admin", "/dashboard", GENERATE, "/login"]


async def in_language(studio: Studio, tag: str, size: dict[str, int]) -> Page:
    page = await studio.visit("/healthz", size=size, reduced_motion="reduce")
    await studio.draw(page, "a red kite")
    await page.context.add_cookies([{"name": "easel_language", "value": tag, "url": studio.url}])
    return page


async def open_in(studio: Studio, page: Page, path: str) -> None:
    if path == "/login":  # which is for strangers; an open page would go there by itself
        await page.goto(f"{studio.url}/healthz")
        await page.context.request.post(f"{studio.url}/auth/logout", headers={"Origin": studio.url})
    await page.goto(studio.url + path)
    await page.locator("main").wait_for()
    await page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
async def test_a_language_from_right_to_left_is_laid_out_so(
    pseudo_studio: Studio, size: dict[str, int]
) -> None:
    page = await in_language(pseudo_studio, RIGHT_TO_LEFT, size)
    found: list[str] = []
    for path in PATHS:
        await open_in(pseudo_studio, page, path)
        await expect(page.locator("html")).to_have_attribute("dir", "rtl")
        assert await widest(page) == size["width"], path
        brand = await page.locator(".brand").bounding_box()
        theme = await page.locator(".theme-switch").bounding_box()
        assert brand
        assert theme
        assert brand["x"] > size["width"] / 2 > theme["x"], path
        found += await violations(page, path)
    assert found == []


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
async def test_a_language_with_longer_words_has_room(pseudo_studio: Studio, size: dict[str, int]) -> None:
    page = await in_language(pseudo_studio, LONGER, size)
    for path in PATHS:
        await open_in(pseudo_studio, page, path)
        assert await widest(page) == size["width"], path
