"""One real journey: sign in, write, watch, see the picture, go dark, reload."""

from pathlib import Path

from playwright.async_api import Browser, expect

from tests.browser.studio import note_complaints
from tests.support.servers import EaselProcess

PROMPT = "A lighthouse at dusk, painted in loose watercolour"


async def test_from_sign_in_to_a_picture(browser: Browser, easel: EaselProcess, screenshots: Path) -> None:
    page = await browser.new_page(viewport={"width": 1280, "height": 860}, color_scheme="light")
    complaints = note_complaints(page, easel.url, [])
    await page.goto(easel.url)
    await page.get_by_role("button", name="Continue as demo user").click()
    await page.get_by_label("Your prompt").fill(PROMPT)
    await expect(page.locator(".counter")).to_have_text(f"{len(PROMPT)} / 800")
    await page.screenshot(path=screenshots / "empty.png")
    await page.get_by_label("Your prompt").press("Control+Enter")
    await expect(page.get_by_role("button", name="Generate")).to_be_disabled()
    await expect(page.get_by_text("Painting your picture")).to_be_visible()
    await expect(page.locator(".clock")).to_have_text("0:02", timeout=5000)
    await page.screenshot(path=screenshots / "running.png")

    await page.reload()
    await expect(page.get_by_text("Painting your picture")).to_be_visible()
    await expect(page.get_by_label("Your prompt")).to_have_value(PROMPT)

    picture = page.get_by_role("img", name=PROMPT)
    await expect(picture).to_be_visible(timeout=15000)
    width = await picture.evaluate("async (img) => { await img.decode(); return img.naturalWidth }")
    assert width == 1024
    await page.screenshot(path=screenshots / "done.png")

    switch = page.locator(".theme-switch")
    await switch.click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    await page.screenshot(path=screenshots / "dark.png")
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")

    await page.locator(".tile").first.wait_for()  # what it reads after signing out is refused
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in to Easel")).to_be_visible()
    assert complaints == []
    await page.context.close()


async def test_on_a_phone_nothing_is_cut_off(
    browser: Browser, easel: EaselProcess, screenshots: Path
) -> None:
    page = await browser.new_page(viewport={"width": 360, "height": 740}, color_scheme="light")
    await page.goto(easel.url)
    await page.get_by_role("button", name="Continue as demo user").click()
    await expect(page.get_by_role("button", name="Generate")).to_be_visible()
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360
    for button in await page.get_by_role("button").all():
        box = await button.bounding_box()
        assert box
        assert min(box["width"], box["height"]) >= 44
    await page.screenshot(path=screenshots / "phone.png")
    await page.context.close()
