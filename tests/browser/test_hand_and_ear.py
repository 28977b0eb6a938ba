"""By hand or by ear: keys, announcements, touch targets, zoom, calm."""

import pytest
from playwright.async_api import expect

from tests.browser.studio import (
    GENERATE,
    PHONE,
    Studio,
    come_true,
    see_failed,
    see_picture,
    start,
    too_small,
    widest,
)

pytestmark = pytest.mark.long

LISTEN = """
window.said = [];
document.addEventListener("DOMContentLoaded", () => {
    const last = {};
    new MutationObserver(() => {
        for (const where of ["#live", ".toasts"]) {
            const text = document.querySelector(where)?.textContent ?? "";
            if (text && text !== last[where]) window.said.push(text);
            last[where] = text;
        }
    }).observe(document, {childList: true, subtree: true, characterData: true});
});
"""


async def test_all_of_it_by_keyboard(studio: Studio) -> None:
    page = await studio.blank()
    keys = page.keyboard
    await page.goto(studio.url)
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    for _ in range(8):
        await keys.press("Tab")
        if await page.evaluate("document.activeElement.textContent") == "Continue as demo user":
            break
    await keys.press("Enter")
    box = page.get_by_label("Your prompt")
    await box.wait_for()
    await keys.press("/")
    await expect(box).to_be_focused()
    await keys.type("a kite/")
    await keys.press("Control+Enter")
    await see_picture(page, "a kite/")
    await box.blur()
    await page.locator(".tile__open").wait_for()
    await keys.press("g")
    tile = page.get_by_role("button", name="a kite/", exact=True)
    await expect(tile).to_be_focused()
    assert await tile.evaluate("(tile) => getComputedStyle(tile).outlineStyle") == "solid"
    await keys.press("Enter")
    await expect(page.get_by_role("dialog", name="Picture")).to_be_visible()
    await keys.press("Escape")
    await expect(tile).to_be_focused()
    await keys.press("?")
    shortcuts = page.get_by_role("dialog", name="Keyboard shortcuts")
    await expect(shortcuts.get_by_role("button", name="Close")).to_be_focused()
    await keys.press("Shift+Tab")
    await expect(shortcuts.get_by_role("checkbox")).to_be_checked()
    await keys.press("Space")
    await keys.press("Escape")
    for key in ("/", "g", "t", "?"):
        await keys.press(key)
    await expect(tile).to_be_focused()
    await expect(shortcuts).to_be_hidden()
    assert await page.evaluate("localStorage.getItem('easel-theme')") is None
    await page.get_by_role("button", name="Keyboard shortcuts").press("Enter")
    await expect(shortcuts.get_by_role("checkbox")).not_to_be_checked()


async def test_each_step_is_announced_once(studio: Studio) -> None:
    studio.provider.emulator.seconds_to_start = 1e9
    page = await studio.visit("/dashboard", script=LISTEN, permissions=["clipboard-write"])
    studio.add_failed_rows(1)
    await page.goto(studio.url + GENERATE)
    await start(page, "a red kite")
    await expect(page.locator("[aria-current=step]")).to_have_text("Starting")
    await see_failed(page)
    await page.locator(".tile__open").first.click()
    await page.get_by_role("button", name="Copy prompt").click()
    await page.get_by_role("button", name="Close").click()
    studio.provider.never_finish()
    studio.provider.emulator.seconds_to_start = 0.0
    await expect(page.locator("[aria-current=step]")).to_have_text("Drawing")
    studio.finish()
    await see_picture(page, "a red kite")
    said = await page.evaluate("window.said")
    assert [each for each in said if each not in {"Your picture: Waiting.", "Your picture: Saving."}] == [
        "Your picture: Starting.",
        "Prompt copied.",
        "Your picture: Drawing.",
        "Your picture is ready.",
    ]
    assert len(said) == len(set(said))


async def test_a_finger_finds_every_control_on_a_phone(studio: Studio) -> None:
    studio.provider.never_finish()
    page = await studio.visit("/dashboard", size=PHONE)
    studio.add_failed_rows(1)
    await page.goto(studio.url + GENERATE)
    small = await too_small(page)
    await start(page, "a red kite")
    small += await too_small(page)
    studio.finish()
    await see_picture(page, "a red kite")
    await page.get_by_role("button", name="a red kite", exact=True).click()
    small += await too_small(page)
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await page.get_by_role("button", name="Undo").wait_for()
    small += await too_small(page)
    await see_failed(page)
    await page.get_by_role("checkbox", name="Select: prompt number 1").check()
    small += await too_small(page)
    await page.get_by_role("button", name="Keyboard shortcuts").click()
    small += await too_small(page)
    assert await widest(page) <= 360
    for path in ("/dashboard", "/login", "/nowhere"):
        await page.goto(studio.url + path)
        small += await too_small(page)
        assert await widest(page) <= 360
    studio.complaints.clear()  # of the page that is not there
    assert small == []


@pytest.mark.parametrize("width", [320, 3840])
async def test_no_width_needs_sideways_scrolling(studio: Studio, width: int) -> None:
    """320 px are what a window of 1280 px has left at a zoom of 400 %."""
    studio.provider.never_finish()
    page = await studio.visit("/dashboard", size={"width": width, "height": 900})
    studio.add_failed_rows(3)
    await page.goto(studio.url + GENERATE)
    await start(page, "long" * 150)
    assert await widest(page) <= width
    studio.moderate()
    await page.get_by_text("Stopped by the safety filter").wait_for()
    assert await widest(page) <= width
    await see_failed(page)
    assert await widest(page) <= width
    await page.get_by_role("button", name="No picture: long").click()
    assert await widest(page) <= width
    overflow = "(dialog) => dialog.scrollWidth - dialog.clientWidth"
    assert await page.get_by_role("dialog").evaluate(overflow) <= 0


async def test_calm_for_those_who_ask_for_it(studio: Studio) -> None:
    studio.provider.never_finish()
    page = await studio.visit(GENERATE, reduced_motion="reduce")
    await start(page, "a red kite")
    await expect(page.locator(".top-bar")).to_have_class("top-bar is-running")
    moving = "document.getAnimations().filter((each) => each.playState === 'running').length"
    await come_true(page, f"{moving} === 0")
