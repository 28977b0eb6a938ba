"""The first visit: an outline at once on any connection, a true word where no more will come."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.studio import GENERATE, NAMES, SIZES, Studio
from tests.browser.test_looks import NOTE_SHIFTS

pytestmark = pytest.mark.long

FRAMEWORK = "**/vue.esm-browser*"
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
SENTENCE = "or your browser does not support ES modules."
NOTE_SENTENCE = """
window.wasTold = false;
const look = () => {
    if (document.body?.innerText.includes("ES modules")) window.wasTold = true;
    requestAnimationFrame(look);
};
requestAnimationFrame(look);
"""
SEEN_AFTER = """() => {
    const [page] = performance.getEntriesByType("navigation");
    return performance.getEntriesByName("first-contentful-paint")[0]?.startTime - page.responseEnd;
}"""


class Held:
    """The framework of a page, which comes when it is let go."""

    def __init__(self) -> None:
        self._is_let_go = asyncio.Event()

    async def __call__(self, route: Route) -> None:
        await self._is_let_go.wait()
        await route.continue_()

    def let_go(self) -> None:
        self._is_let_go.set()


async def open_without_framework(page: Page, url: str) -> Held:
    """Open a page that stays an outline until what is returned is let go."""
    framework = Held()
    await page.route(FRAMEWORK, framework)
    await page.goto(url, wait_until="commit")
    return framework


async def open_page(studio: Studio, path: str, **options: Any) -> Page:
    """A page of somebody who may see `path`, with nothing of Easel's in its cache."""
    if path == "/login":
        return await studio.blank(**options)
    return await studio.visit("/healthz", **options)


@pytest.mark.parametrize(("path", "scheme"), [(GENERATE, "dark"), ("/login", "light")])
async def test_a_slow_connection_shows_the_outline_and_no_word_of_old_browsers(
    studio: Studio, path: str, scheme: str
) -> None:
    page = await open_page(studio, path, script=NOTE_SENTENCE + NOTE_SHIFTS, color_scheme=scheme)
    client = await page.context.new_cdp_session(page)
    await client.send("Network.enable")
    await client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await client.send("Network.emulateNetworkConditions", SLOW)
    await page.goto(studio.url + path, wait_until="commit")
    skeleton = page.locator(".skeleton")
    await expect(skeleton).to_be_visible()
    assert await page.evaluate("document.documentElement.dataset.theme") == scheme
    assert await skeleton.get_attribute("aria-hidden") == "true"
    assert await skeleton.locator("a, button, input, textarea, [tabindex]").count() == 0
    await page.get_by_role("main").wait_for(timeout=30_000)
    await expect(skeleton).to_have_count(0)
    assert 0 < await page.evaluate(SEEN_AFTER) < 2000
    assert await page.evaluate("window.wasTold") is False
    assert await page.evaluate("window.shifts") == []


@pytest.mark.parametrize("size", SIZES, ids=NAMES)
@pytest.mark.parametrize("path", [GENERATE, "/dashboard", "/login"])
async def test_the_page_takes_the_place_of_its_outline(
    studio: Studio, path: str, size: dict[str, int]
) -> None:
    page = await open_page(studio, path, size=size)
    pictures = Held()
    await page.route("**/generations?*", pictures)
    framework = await open_without_framework(page, studio.url + path)
    await page.locator(".skeleton .card").wait_for()
    await page.evaluate("document.fonts.ready")
    if path == GENERATE:
        await expect(page.locator(".skeleton .sheet .lead")).to_be_visible()
    outline = await places(page)
    framework.let_go()
    await page.get_by_role("main").wait_for()
    whole = await places(page)
    for name, place in whole.items():
        assert outline[name] == pytest.approx(place, abs=2), name
    # What to do is said before the scripts have come and the pictures have been read.
    assert (path == GENERATE) == (".sheet .lead" in outline) == (".sheet .lead" in whole)
    pictures.let_go()


async def places(page: Page) -> dict[str, list[float]]:
    """Where the parts that both have begin, and how wide they are."""
    found: dict[str, list[float]] = await page.evaluate(
        """() => Object.fromEntries(
            [".brand", ".demo-chip", ".samples", ".page", ".card", ".canvas", ".pictures", ".sheet svg",
                ".sheet h2", ".sheet .lead"]
            .map((name) => [name, document.querySelector(`#app ${name}`)?.getBoundingClientRect()])
            .filter(([_, box]) => box)
            .map(([name, { x, y, width }]) => [name, [x, y, width]]))"""
    )
    return found


async def test_an_outline_that_is_half_read_is_not_shown(studio: Studio) -> None:
    """As a slow link may bring it in two parts: what is centered would move when the second one comes."""
    page = await studio.blank()
    framework = await open_without_framework(page, f"{studio.url}/login")
    card = page.locator(".skeleton .card")
    await expect(card).to_be_visible()
    await page.evaluate("document.querySelectorAll('.skeleton ~ *').forEach((each) => each.remove())")
    await expect(card).to_be_hidden()
    framework.let_go()


@pytest.mark.parametrize("missing", [FRAMEWORK, "**/quasar.umd*", "**/nicegui.js", "**/theme_switch.js"])
@pytest.mark.parametrize("status", [None, 404], ids=["cut off", "404"])
async def test_where_scripts_do_not_come_it_says_so(studio: Studio, missing: str, status: int | None) -> None:
    page = await studio.blank()

    async def refuse(route: Route) -> None:
        await (route.fulfill(status=status) if status else route.abort())

    await page.route(missing, refuse)
    await page.goto(f"{studio.url}/login")
    await expect(page.get_by_role("alert").get_by_text(SENTENCE)).to_be_visible()
    await expect(page.locator(".skeleton")).to_be_hidden()
    studio.complaints.clear()  # of what did not come
    await page.unroute(missing)
    await page.get_by_role("link", name="Load the page again").click()
    await expect(page.get_by_role("heading", name="Sign in to Easel")).to_be_visible()
    await expect(page.get_by_text(SENTENCE)).to_have_count(0)


async def test_a_browser_without_modules_is_told_at_once(studio: Studio) -> None:
    page = await studio.blank(script="delete HTMLScriptElement.prototype.noModule;")
    framework = await open_without_framework(page, f"{studio.url}/login")
    await expect(page.get_by_text(SENTENCE)).to_be_visible()
    framework.let_go()


async def test_a_part_that_the_page_can_do_without_is_not_mourned(studio: Studio) -> None:
    page = await studio.visit("/healthz", script=NOTE_SENTENCE)
    await page.route("**/*.woff2", lambda route: route.abort())
    await page.goto(studio.url + GENERATE)
    await expect(page.get_by_role("button", name="Generate")).to_be_visible()
    assert await page.evaluate("window.wasTold") is False
    studio.complaints.clear()  # of what did not come


async def test_without_scripts_the_page_says_what_it_needs(studio: Studio) -> None:
    page = await studio.blank(java_script_enabled=False)
    await page.goto(f"{studio.url}/login")
    sentence = page.locator("noscript p")
    await expect(sentence).to_be_visible()
    await expect(sentence).to_have_text("Easel needs JavaScript, which is switched off in this browser.")
    await expect(page.locator(".skeleton")).to_be_hidden()
    await expect(page.get_by_text(SENTENCE)).to_be_hidden()
