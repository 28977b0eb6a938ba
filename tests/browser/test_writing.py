"""Write: the box, its counter, the draft, the examples."""

from playwright.async_api import expect

from tests.browser.studio import PHONE, Studio, see_picture, start


async def test_the_counter_counts_as_people_do_and_explains_the_limit(studio: Studio) -> None:
    page = await studio.visit(size=PHONE)
    box, counter = page.get_by_label("Your prompt"), page.locator(".counter")
    await box.fill("🎨 a fox")
    await expect(counter).to_have_text("7 / 800")
    height = await box.evaluate("(box) => box.offsetHeight")
    await box.fill("🎨" * 720)
    await expect(counter).to_have_text("720 / 800")
    await expect(counter).to_have_class("counter is-near")
    assert await box.evaluate("(box) => box.offsetHeight") > height
    await box.fill("🎨" * 803)
    await expect(counter).to_have_text("3 too many")
    await expect(box).to_have_attribute("aria-invalid", "true")
    await expect(box).to_have_accessible_description(
        "A prompt has 800 characters at most: please shorten it by 3."
    )
    await box.press("Control+Enter")
    await expect(page.get_by_role("alert").filter(has_text="800 characters or fewer")).to_be_visible()
    await expect(box).to_be_focused()
    assert studio.provider.creates == 0
    await box.fill("🎨" * 800)
    await expect(box).not_to_have_attribute("aria-invalid", "true")
    await box.press("Meta+Enter")
    await see_picture(page, "🎨" * 800)


async def test_a_draft_outlives_reload_sign_in_expiry_and_failure_but_not_sign_out(studio: Studio) -> None:
    page = await studio.visit()
    box = page.get_by_label("Your prompt")
    await box.fill("half a thought")
    await page.reload()
    await expect(box).to_have_value("half a thought")
    await expect(page.locator(".counter")).to_have_text("14 / 800")

    studio.database.run("DELETE FROM login_sessions")
    await page.get_by_role("button", name="Generate").click()
    await page.get_by_role("button", name="Continue as demo user").click()
    await expect(box).to_have_value("half a thought")

    studio.provider.never_finish()
    await start(page, "a whole thought")
    studio.moderate()
    await page.get_by_text("Stopped by the safety filter").wait_for()
    await page.reload()
    await expect(box).to_have_value("a whole thought")

    await page.get_by_role("button", name="Sign out").click()
    await page.get_by_role("button", name="Continue as demo user").click()
    await expect(page.locator(".counter")).to_have_text("0 / 800")
    assert "a whole thought" not in await page.evaluate("JSON.stringify(localStorage)")


async def test_a_first_visit_teaches_by_examples_and_a_later_one_does_not(studio: Studio) -> None:
    page = await studio.visit()
    await expect(page.get_by_text("Say what it shows, and how")).to_be_visible()
    await expect(page.get_by_text("Your finished pictures gather here.")).to_be_visible()
    example = page.get_by_role("group", name="Example prompts").get_by_role("button").first
    prompt = await example.inner_text()
    await example.click()
    await expect(page.get_by_label("Your prompt")).to_have_value(prompt)
    await expect(page.get_by_label("Your prompt")).to_be_focused()
    await page.keyboard.press("Control+Enter")
    await see_picture(page, prompt)
    await page.reload()
    await expect(page.get_by_role("button", name="Generate")).to_be_visible()
    await expect(page.locator(".example")).to_have_count(0)
