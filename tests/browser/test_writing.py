"""Write: the box, its counter, the draft, the examples."""

from dataclasses import dataclass

import pytest
from playwright.async_api import CDPSession, Locator, Page, expect

from tests.browser.studio import PHONE, Studio, see_picture, start

pytestmark = pytest.mark.long


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
    await expect(counter).to_have_text("803 / 800")
    await expect(box).to_have_attribute("aria-invalid", "true")
    await expect(box).to_have_accessible_description("3 characters over the limit.")
    await box.press("Control+Enter")
    await expect(page.get_by_role("alert").filter(has_text="3 characters over the limit.")).to_be_visible()
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
    await page.get_by_role("button", name="Continue as demo user").click()  # the page leaves by itself
    await expect(box).to_have_value("half a thought")

    studio.provider.never_finish()
    await start(page, "a whole thought")
    studio.moderate()
    await page.get_by_text("Stopped by the safety filter").wait_for()
    await page.reload()
    await expect(box).to_have_value("a whole thought")

    await page.get_by_role("button", name="Sign out").click()
    again = page.get_by_role("button", name="Continue as demo user")
    await again.wait_for()
    assert "a whole thought" not in await page.evaluate("JSON.stringify(localStorage)")
    await again.click()
    await expect(page.locator(".counter")).to_have_text("0 / 800")


@pytest.mark.asvs("14.3.1", "14.3.3", "7.4.4")
async def test_signing_out_on_any_page_leaves_the_browser_its_preferences_alone(studio: Studio) -> None:
    page = await studio.visit()
    await page.get_by_label("Your prompt").fill("half a thought")
    await page.evaluate("localStorage.setItem('easel-theme', 'dark')")
    await page.goto(f"{studio.url}/account")
    async with page.expect_response("**/auth/logout") as left:
        await page.get_by_role("button", name="Sign out", exact=True).click()
    assert (await (await left.value).all_headers())["clear-site-data"] == '"cache"'
    await page.get_by_role("button", name="Continue as demo user").wait_for()
    assert await page.evaluate("({...localStorage})") == {"easel-theme": "dark"}
    assert "thought" not in await page.evaluate("JSON.stringify(sessionStorage)")


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


@dataclass
class Writing:
    """Somebody at the prompt box; the protocol of Chromium's tools does what Playwright does not."""

    page: Page
    box: Locator
    tools: CDPSession

    async def compose(self) -> None:
        await self._compose("かさ")
        await self.page.keyboard.press("Control+Enter")  # belongs to the input method
        await self.tools.send("Input.insertText", {"text": "傘の絵"})

    async def leave_a_composition_open(self) -> None:
        await self._compose("にじ")

    async def paste(self) -> None:
        await self.page.evaluate("navigator.clipboard.writeText('pasted')")
        await self.page.keyboard.press("Control+v")

    async def drop(self) -> None:
        place = await self.box.bounding_box()
        assert place
        data = {"items": [{"mimeType": "text/plain", "data": "dropped"}], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            at = {"x": place["x"] + 40, "y": place["y"] + 30}
            await self.tools.send("Input.dispatchDragEvent", {"type": kind, **at, "data": data})

    async def undo_an_example(self) -> None:
        await self.page.keyboard.type("my own words")
        await self.page.get_by_role("group", name="Example prompts").get_by_role("button").first.click()
        await self.page.keyboard.press("Control+z")

    async def fill_in_without_a_word(self) -> None:
        await self.box.evaluate("(box) => { box.value = 'filled in by the browser'; }")

    async def _compose(self, text: str) -> None:
        at = {"selectionStart": len(text), "selectionEnd": len(text)}
        await self.tools.send("Input.imeSetComposition", {"text": text, **at})


@pytest.mark.long
async def test_however_it_came_into_the_box_that_is_what_is_sent(studio: Studio) -> None:
    page = await studio.visit(permissions=["clipboard-read", "clipboard-write"])
    box = page.get_by_label("Your prompt")
    writing = Writing(page, box, await page.context.new_cdp_session(page))
    for enter, sent in (
        (writing.compose, "傘の絵"),
        (writing.leave_a_composition_open, "にじ"),
        (writing.paste, "pasted"),
        (writing.drop, "dropped"),
        (writing.undo_an_example, "my own words"),
        (writing.fill_in_without_a_word, "filled in by the browser"),
    ):
        await box.fill("")
        await box.focus()
        await enter()
        await expect(box).to_have_value(sent)
        await page.get_by_role("button", name="Generate").click()
        await see_picture(page, sent)
        assert studio.database.generations()[-1]["prompt"] == sent
