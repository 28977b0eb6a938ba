"""The theme without a flash; no layout shift; the weight of the first load."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browser.studio import GENERATE, NAMES, SIZES, Studio, come_true, see_picture

pytestmark = pytest.mark.long

DARK = "rgb(14, 21, 27)"
LIGHT = "rgb(246, 248, 250)"
NOTE_GROUNDS = """
window.grounds = new Set();
const note = () => {
    if (document.body && document.readyState !== "loading") {
        window.grounds.add(getComputedStyle(document.body).backgroundColor);
    }
    requestAnimationFrame(note);
};
requestAnimationFrame(note);
document.addEventListener("DOMContentLoaded", () => {
    window.firstTheme = document.documentElement.dataset.theme;
    note();
});
"""
NOTE_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
    for (const each of list.getEntries()) {
        if (!each.hadRecentInput) {
            window.shifts.push([each.value, ...each.sources.map((s) => s.node?.className ?? String(s.node))]);
        }
    }
}).observe({type: "layout-shift", buffered: true});
"""
# What has an end has ended: the bar of the page's load, a smooth scroll, the fonts.
SETTLED = """
document.fonts.status === "loaded" && document.getAnimations().every((each) =>
    each.playState !== "running" || each.effect.getComputedTiming().endTime === Infinity)
"""
# Two frames, after which shifts have been reported.
DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


@pytest.mark.parametrize(
    ("scheme", "kept", "ground"),
    [("dark", None, DARK), ("light", "dark", DARK), ("dark", "light", LIGHT)],
    ids=["system", "dark kept", "light kept"],
)
async def test_no_frame_shows_the_wrong_theme(
    studio: Studio, scheme: str, kept: str | None, ground: str
) -> None:
    keep = f"localStorage.setItem('easel-theme', '{kept}');" if kept else ""
    page = await studio.visit("/dashboard", script=keep + NOTE_GROUNDS, color_scheme=scheme)
    for path in ("/dashboard", GENERATE):
        await page.goto(studio.url + path)
        await page.locator("h1").wait_for()
        assert await page.evaluate("[...window.grounds]") == [ground]
        assert await page.evaluate("window.firstTheme") == ("dark" if ground == DARK else "light")


async def test_the_theme_goes_round_and_is_remembered_in_every_tab(studio: Studio) -> None:
    page = await studio.visit("/dashboard")
    other = await page.context.new_page()
    await other.goto(f"{studio.url}/dashboard")
    html, switch = other.locator("html"), page.locator(".theme-switch")
    for mode, theme in (("dark", "dark"), ("light", "light"), ("system", "light")):
        await switch.click()
        await expect(switch).to_have_accessible_name(f"Theme: {mode}")
        await expect(html).to_have_attribute("data-theme", theme)
    await page.emulate_media(color_scheme="dark")
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize("size", SIZES, ids=NAMES)
async def test_nothing_moves_when_the_picture_arrives(studio: Studio, size: dict[str, int]) -> None:
    page = await studio.visit(size=size, script=NOTE_SHIFTS)
    await studio.draw(page, "an older one")
    studio.provider.never_finish()
    await page.reload()
    await see_picture(page, "an older one")
    await page.get_by_label("Your prompt").fill("a red kite")
    await come_true(page, SETTLED)
    await page.evaluate("window.shifts.length = 0")
    await page.get_by_role("button", name="Generate").click()
    await expect(page.locator("[aria-current=step]")).to_have_text("Drawing")
    studio.finish()
    await see_picture(page, "a red kite")
    await page.locator("img.picture").evaluate("(img) => img.decode()")
    await page.get_by_role("button", name="a red kite", exact=True).wait_for()
    await page.evaluate(DRAWN)
    shifts: list[list[Any]] = await page.evaluate("window.shifts")
    assert shifts == []


async def test_a_first_load_weighs_at_most_650_kib(studio: Studio) -> None:
    page = await studio.visit("/healthz")
    weights: list[float] = []
    client = await page.context.new_cdp_session(page)
    client.on("Network.loadingFinished", lambda event: weights.append(event["encodedDataLength"]))
    await client.send("Network.enable")
    await client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    await page.goto(studio.url + GENERATE, wait_until="networkidle")
    await expect(page.get_by_role("button", name="Generate")).to_be_visible()
    assert 100 < sum(weights) / 1024 <= 650
