"""Cancel, understand a failure, keep the picture."""

import re
from typing import Literal

import pytest
from playwright.async_api import expect

from tests.browser.studio import PHONE, Studio, see_picture, start
from tests.support.faults import answering
from tests.support.waiting import until

pytestmark = pytest.mark.long


async def test_a_cancel_ends_the_run_and_says_whether_it_was_charged(studio: Studio) -> None:
    page = await studio.visit(size=PHONE)
    never = 1e9
    for to_start, phase, sentence in (
        (never, "Starting", "Nothing was charged."),
        (0.0, "Drawing", "It was charged."),
    ):
        studio.provider.emulator.seconds_to_start = to_start
        studio.provider.emulator.seconds_to_draw = never
        await start(page, "a red kite")
        await expect(page.locator("[aria-current=step]")).to_have_text(phase)
        await page.get_by_role("button", name="Cancel").click()
        failure = page.locator("#run-state").get_by_role("alert")
        await expect(failure).to_contain_text(sentence)
        await expect(failure.get_by_role("heading")).to_have_text("Canceled")
        await expect(page.get_by_role("button", name="Generate")).to_be_enabled()
        await expect(page.get_by_label("Your prompt")).to_have_value("a red kite")
    assert studio.provider.cancels == 2
    assert [each["error_code"] for each in studio.database.generations()] == ["CANCELED"] * 2


async def test_moderation_is_named_and_leaves_one_at_the_prompt(studio: Studio) -> None:
    studio.provider.never_finish()
    page = await studio.visit(size=PHONE)
    await start(page, "something odd")
    studio.moderate()
    failure = page.locator("#run-state").get_by_role("alert")
    await expect(failure.get_by_role("heading")).to_have_text("Stopped by the safety filter")
    await expect(failure).to_contain_text("rewording the prompt often helps")
    await expect(failure).to_contain_text("charged")
    await expect(failure.get_by_text(re.compile(r"^MODERATED · [\w-]{8,}$"))).to_be_visible()
    box = page.get_by_label("Your prompt")
    await expect(box).to_be_focused()
    await expect(box).to_have_value("something odd")
    await expect(box).to_be_in_viewport()


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
async def test_on_a_phone_the_screen_goes_to_a_failure_and_leaves_the_focus(
    studio: Studio, motion: Literal["reduce", "no-preference"]
) -> None:
    studio.provider.never_finish()
    page = await studio.visit(size=PHONE, reduced_motion=motion)
    await start(page, "a red kite")
    await expect(page.locator("#run-state")).to_be_in_viewport(ratio=0.9)
    box = page.get_by_label("Your prompt")
    await box.focus()
    await page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    studio.fail()
    failure = page.locator("#run-state").get_by_role("alert")
    await expect(failure).to_be_in_viewport(ratio=0.99)
    await expect(box).to_be_focused()


async def test_the_focus_on_cancel_goes_to_what_comes_instead(studio: Studio) -> None:
    page = await studio.visit()
    cancel = page.get_by_role("button", name="Cancel")
    for finish, heir in (
        (studio.fail, page.get_by_role("button", name="Try again")),
        (studio.finish, page.locator("#run-state .picture__open")),
    ):
        studio.provider.never_finish()
        await start(page, "a red kite")
        await expect(page.locator("[aria-current=step]")).to_have_text("Drawing")
        await cancel.focus()
        finish()
        await expect(heir).to_be_focused()


async def test_the_picture_opens_large_and_is_kept_under_the_words_of_its_prompt(studio: Studio) -> None:
    page = await studio.visit()
    await page.get_by_label("Your prompt").fill("Über allen Gipfeln")
    await page.get_by_role("button", name="Generate").click()
    await see_picture(page, "Über allen Gipfeln")
    large = page.get_by_role("link", name="Open full size")
    keep = page.locator("#run-state").get_by_role("link", name="Download")
    async with page.expect_download() as downloading:
        await keep.click()
    download = await downloading.value
    assert download.suggested_filename == "über-allen-gipfeln.png"
    assert (await download.path()).read_bytes().startswith(b"\x89PNG")
    assert await large.locator("svg").inner_html() != await keep.locator("svg").inner_html()
    async with page.expect_popup() as opening:
        await large.click()
    opened = await opening.value
    assert opened.url.endswith("/image")


async def test_the_picture_is_our_own_copy_and_is_there_when_the_provider_has_forgotten(
    studio: Studio,
) -> None:
    page = await studio.visit()
    await page.get_by_label("Your prompt").fill("a red kite")
    await page.get_by_role("button", name="Generate").click()
    await see_picture(page, "a red kite")
    source = await page.locator("img.picture").get_attribute("src") or ""
    assert re.fullmatch(r"/api/v1/generations/[0-9a-f-]{36}/image", source)
    studio.provider.emulator.predictions.clear()
    await page.reload()
    await page.get_by_role("button", name="a red kite", exact=True).click()
    picture = page.get_by_role("dialog").get_by_role("img", name="a red kite")
    await expect(picture).to_have_attribute("src", re.compile(re.escape(source)))
    assert await picture.evaluate("async (img) => { await img.decode(); return img.naturalWidth }") == 1024


async def test_a_picture_that_comes_late_is_among_the_pictures(studio: Studio) -> None:
    studio.provider.never_finish()
    page = await studio.visit(size=PHONE)
    await start(page, "a red kite")
    studio.provider.emulator.fault = answering(500)
    studio.database.age(7)
    failure = page.locator("#run-state").get_by_role("alert")
    await expect(failure).to_contain_text("it will be among your pictures", timeout=15_000)
    await expect(failure).to_contain_text("We cannot tell whether it was charged.")
    assert await failure.evaluate("(sheet) => sheet.scrollHeight <= sheet.clientHeight"), "it is cut off"

    studio.provider.emulator.fault = None
    studio.finish()
    studio.database.make_due()
    # The breaker's pause is over long before.
    await until(lambda: studio.database.run("SELECT 1 FROM generations WHERE stored_at IS NOT NULL"), 60)
    await page.reload()
    await expect(page.get_by_role("button", name="a red kite", exact=True).locator("img")).to_be_visible()
