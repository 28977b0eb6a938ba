"""Screens in the language of whoever looks: chosen by browser and menu; also from right to left."""

import re
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


PLACEHOLDER = re.compile(r"\\{\w+\\}")
A_WORD = re.compile(r"[A-Za-z]{3}")


def patterns() -> Iterator[re.Pattern[str]]:
    """What the English messages look like with values in their places."""
    for message in GERMAN.keys() - SAME:
        escaped = re.escape(message)
        if A_WORD.search(PLACEHOLDER.sub("", escaped)):
            yield re.compile(PLACEHOLDER.sub(".+", escaped))


ENGLISH = list(patterns())


async def left_in_english(page: Page) -> set[str]:
    """What the page shows in English although there is German for it."""
    shown: list[str] = await page.evaluate(TEXTS)
    return {text for text in shown if any(pattern.fullmatch(text) for pattern in ENGLISH)}


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


async def press(page: Page, prompt: str) -> None:
    await page.locator("#prompt").fill(prompt)
    await page.get_by_role("button", name="Erzeugen").click()
    await expect(page).to_have_title("Es wird gemalt … · Easel")


async def test_the_generate_screen_is_all_german(studio: Studio) -> None:
    page = await studio.visit(locale="de-DE")
    await expect(page).to_have_title("Erzeugen · Easel")
    await expect(page.get_by_role("heading", name="Hier erscheint dein Bild")).to_be_visible()
    await expect(page.get_by_text("gpt-image-2 · mittel · etwa 0,05 $")).to_be_visible()
    await expect(page.get_by_role("button", name="Ein Rotfuchs schläft im Schnee")).to_be_visible()
    assert await left_in_english(page) == set()

    await page.get_by_role("button", name="Erzeugen").click()
    await expect(page.get_by_role("alert")).to_have_text("Bitte beschreibe das Bild, das du möchtest.")
    studio.provider.never_finish()
    studio.add_run_times(*[30.0] * 20)
    await press(page, "ein roter Drachen")
    await expect(page.get_by_text("Erst muss dieses Bild fertig werden.")).to_be_visible()
    assert await left_in_english(page) == set()
    studio.moderate()
    await expect(page.get_by_role("heading", name="Vom Sicherheitsfilter gestoppt")).to_be_visible()
    assert await left_in_english(page) == set()

    await press(page, "ein grüner Drachen")
    studio.finish()
    await expect(page.get_by_role("button", name="Bild kopieren").first).to_be_visible(timeout=8000)
    assert await left_in_english(page) == set()


async def test_pictures_and_prompts_are_all_german(studio: Studio) -> None:
    page = await studio.visit("/healthz", locale="de-DE")
    await studio.draw(page, "ein grüner Drachen")
    studio.add_failed_rows(1)
    await page.goto(studio.url + GENERATE)
    await expect(page.get_by_role("heading", name="Heute")).to_be_visible()
    await page.locator(".tile__open").click()
    await expect(page.locator(".viewer")).to_contain_text("gpt-image-2 · mittel")
    await expect(page.locator(".viewer__place")).to_have_text("1 von 1")
    assert await left_in_english(page) == set()
    await page.keyboard.press("Escape")
    await page.locator(".tile__tick").check()
    await expect(page.locator(".selection__count", has_text="1 ausgewählt")).to_be_visible()
    assert await left_in_english(page) == set()
    await page.get_by_role("button", name="Auswahl aufheben").click()

    await page.get_by_role("radio", name="Fehlgeschlagen").check()
    await expect(page.locator(".tile__reason")).to_have_text(
        "Du hast das abgebrochen. Dein Prompt ist noch da. Es wurde nichts berechnet."
    )
    await page.locator(".tile__open").click()
    await expect(page.locator(".viewer__cause")).to_contain_text("Du hast das abgebrochen.")
    assert await left_in_english(page) == set()
    await page.get_by_role("dialog").get_by_role("button", name="Löschen").click()
    await expect(page.get_by_text("Gelöscht.")).to_be_visible()
    await expect(page.get_by_role("button", name="Rückgängig")).to_be_visible()
    await expect(page.get_by_text("Nichts ist fehlgeschlagen.")).to_be_visible()
    await page.get_by_role("searchbox", name="Deine Bilder durchsuchen").fill("niemals")
    await expect(page.get_by_text("Kein fehlgeschlagener Prompt enthält")).to_be_visible()
    await page.get_by_role("button", name="Letzte Prompts").click()
    await expect(page.get_by_role("button", name="Aus dieser Liste entfernen").first).to_be_visible()
    assert await left_in_english(page) == set()


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
    migrated.empty()
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
        if path == GENERATE and size == LAPTOP:
            composer = await page.locator(".composer").bounding_box()
            stage = await page.locator("#run-state img.picture").bounding_box()
            assert composer
            assert stage
            assert composer["x"] >= stage["x"] + stage["width"]
        found += await violations(page, path)
    assert found == []


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
async def test_a_language_with_longer_words_has_room(pseudo_studio: Studio, size: dict[str, int]) -> None:
    page = await in_language(pseudo_studio, LONGER, size)
    for path in PATHS:
        await open_in(pseudo_studio, page, path)
        assert await widest(page) == size["width"], path
