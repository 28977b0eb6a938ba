"""What people write is text wherever it is shown, whatever it looks like."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.studio import Studio

pytestmark = pytest.mark.long

MARKUP = (
    "</script><script>window.broken = 1</script><img src=x onerror='window.broken = 1'>"
    "\"' onmouseover=window.broken=1 {{window.broken=1}} <!-- javascript:window.broken=1"
)


async def expect_text(page: Page) -> None:
    """Of the prompt no element was made, and nothing of it ran."""
    assert await page.locator("img[src=x], [onmouseover], [onerror]").count() == 0
    assert await page.evaluate("window.broken") is None


@pytest.mark.asvs("1.2.1", "1.2.3", "3.2.2")
async def test_a_prompt_of_markup_is_shown_letter_by_letter(studio: Studio) -> None:
    page = await studio.visit("/dashboard")
    await studio.draw(page, MARKUP)
    studio.database.run("UPDATE people SET name = %s", MARKUP)
    await page.goto(f"{studio.url}/dashboard/generate")
    await expect(page.locator(".tile__open")).to_have_attribute("aria-label", MARKUP)
    await expect_text(page)
    await page.locator(".tile__open").click()
    await expect(page.get_by_role("dialog").get_by_text(MARKUP)).to_be_visible()
    await expect_text(page)
    await page.keyboard.press("Escape")
    await page.get_by_label("Your prompt").fill(MARKUP)
    await page.reload()
    await expect(page.get_by_label("Your prompt")).to_have_value(MARKUP)
    for path in ("/account", "/admin"):
        await page.goto(studio.url + path)
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        await expect_text(page)
