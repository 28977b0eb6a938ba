"""Prompts come back: by ArrowUp, and by the list of recent ones, which is searched as one types."""

import pytest
from playwright.async_api import expect

from tests.browser.studio import Studio, see_picture, start

pytestmark = pytest.mark.long


async def test_arrow_up_brings_back_what_was_written_before(studio: Studio) -> None:
    page = await studio.visit()
    for prompt in ("a red kite", "a blue kite"):
        await start(page, prompt)
        await see_picture(page, prompt)
    box = page.get_by_label("Your prompt")
    await box.fill("")
    for key, text in (
        *(("ArrowUp", "a blue kite"), ("ArrowUp", "a red kite"), ("ArrowDown", "a blue kite")),
        *(("ArrowDown", ""), ("ArrowUp", "a blue kite")),
    ):
        await box.press(key)
        await expect(box).to_have_value(text)
    await expect(page.locator(".counter")).to_have_text("11 / 800")
    await box.press("!")
    await box.press("ArrowUp")
    await expect(box).to_have_value("a blue kite!")


async def test_recent_prompts_are_searched_and_outlive_their_pictures(studio: Studio) -> None:
    page = await studio.visit()
    await studio.draw(page, "a red kite", "a blue kite", "a red kite", "a fox")
    await page.reload()
    await see_picture(page, "a fox")
    await page.wait_for_load_state("networkidle")  # of a picture that is gone the browser would complain
    studio.database.run("UPDATE generations SET deleted_at = now() WHERE prompt = 'a fox'")
    await page.get_by_role("button", name="Recent prompts").click()
    dialog = page.get_by_role("dialog", name="Recent prompts")
    prompts = dialog.locator(".recent__prompt")
    await expect(prompts).to_have_text(["a fox", "a red kite", "a blue kite"])
    await expect(dialog.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.type("KITE")
    await expect(prompts).to_have_text(["a red kite", "a blue kite"])
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    await expect(page.get_by_label("Your prompt")).to_have_value("a blue kite")

    await page.get_by_role("button", name="Recent prompts").click()
    await page.keyboard.type("nothing like it")
    await expect(dialog.locator("p.small")).to_have_text("No prompt of yours has all of these words.")
    await dialog.get_by_role("searchbox").fill("fox")
    await dialog.get_by_role("button", name="Remove from this list").click()
    await expect(prompts).to_have_count(0)


async def test_an_older_prompt_of_another_browser_is_found_by_the_api(studio: Studio) -> None:
    page = await studio.visit("/dashboard")
    studio.add_failed_rows(120)
    await page.goto(f"{studio.url}/dashboard/generate")
    await page.get_by_role("button", name="Recent prompts").click()
    await page.keyboard.type("number 119")
    await expect(page.locator(".recent__prompt")).to_have_text(["prompt number 119"])
