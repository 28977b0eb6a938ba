"""Where the focus is can be seen: on each control, on each screen, in both modes."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.studio import Studio, see_failed, see_picture, start

pytestmark = pytest.mark.long

MODES = ("light", "dark")
# The ring of what has the focus: its contrast with what is there without it, 0 if it has none.
RING = """() => {
    const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = (colour) => {
        const [r, g, b] = channels(colour).map((each) => each / 255)
            .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = (element) => getComputedStyle(element).backgroundColor;
    const element = document.activeElement;
    if (element === document.body) return ["BODY"];
    let behind = element.parentElement;
    while (channels(ground(behind))[3] === 0 && behind.parentElement) behind = behind.parentElement;
    const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
    const [dark, bright] = [outlineColor, ground(behind)].map(light).sort((a, b) => a - b);
    const isRing = outlineStyle === "solid" && parseFloat(outlineWidth) >= 2;
    const name = element.ariaLabel || element.textContent.trim() || element.className;
    return [element.tagName, name, isRing ? (bright + 0.05) / (dark + 0.05) : 0];
}"""


async def walk(page: Page) -> tuple[set[str], set[str]]:
    """The names of all that Tab reaches, and of those whose ring cannot be seen."""
    names, dim = set[str](), set[str]()
    for mode in MODES:
        await page.evaluate("(mode) => { document.documentElement.dataset.theme = mode }", mode)
        for _ in range(40):
            await page.keyboard.press("Tab")
            tag, *found = await page.evaluate(RING)
            if tag == "BODY":
                continue
            name, contrast = found
            names.add(name)
            if contrast < 3:
                dim.add(f"{name}, {mode}: {contrast:.1f}")
    return names, dim


async def expect_rings(page: Page, *wanted: str) -> None:
    names, dim = await walk(page)
    assert names >= set(wanted)
    assert dim == set()


async def test_each_control_of_a_plain_page_shows_that_it_has_the_focus(studio: Studio) -> None:
    page = await studio.blank()
    await page.goto(f"{studio.url}/login")
    await page.locator("h1").wait_for()
    await expect_rings(page, "Skip to the content", "Easel", "Theme: system", "Continue as demo user")
    await page.goto(f"{studio.url}/nowhere")
    studio.complaints.clear()  # of the page that is not there
    await expect_rings(page, "Go to the start")


async def test_each_control_of_the_generate_screen_shows_that_it_has_the_focus(studio: Studio) -> None:
    studio.provider.never_finish()
    page = await studio.visit()
    await page.locator("h1").wait_for()
    example = await page.locator(".example").first.inner_text()
    await expect_rings(page, "Generate", "Sign out", "Keyboard shortcuts", example)
    await start(page, "a red kite")
    await expect(page.locator("[aria-current=step]")).to_have_text("Drawing")
    await expect_rings(page, "Cancel", "Notify me when it's done")
    studio.fail()
    await page.get_by_role("button", name="Try again").wait_for()
    await expect_rings(page, "Try again")
    await see_failed(page)
    await expect_rings(page, "No picture: a red kite", "Use again: a red kite", "Select: a red kite")
    await page.get_by_role("radio", name="Pictures").check()
    studio.finish()
    await page.get_by_role("button", name="Generate").click()
    await see_picture(page, "a red kite")
    await expect_rings(page, "Open full size", "Download")

    await page.get_by_role("button", name="a red kite", exact=True).click()
    await expect_rings(page, "Next", "Close", "Use again", "Delete", "Download")
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await page.get_by_role("button", name="Undo").wait_for()  # what goes takes the focus along
    await expect_rings(page, "Undo")
    await page.get_by_role("button", name="Keyboard shortcuts").click()
    await expect_rings(page, "single-keys")
