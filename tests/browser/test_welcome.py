"""The first impression: sample pictures at the sign-in, examples with pictures, a word for the demo."""

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.studio import GENERATE, NAMES, PHONE, SIZES, Studio, widest
from tests.browser.test_first_visit import open_without_framework, places
from tests.browser.test_looks import NOTE_SHIFTS
from tests.support.servers import EaselProcess
from ui.frame import DEMO_SENTENCE

pytestmark = pytest.mark.long

LAPTOP = {"width": 1366, "height": 768}
ALL_DECODED = """Promise.all([...document.querySelectorAll("main img")].map((each) => each.decode()))
    .then(() => [...document.querySelectorAll("main img")].map((each) => each.naturalWidth))"""


@pytest.mark.parametrize("size", [PHONE, LAPTOP], ids=["phone", "laptop"])
async def test_the_samples_show_what_easel_makes_and_leave_the_sign_in_in_sight(
    studio: Studio, size: dict[str, int]
) -> None:
    page = await studio.blank(size=size, script=NOTE_SHIFTS)
    await page.goto(f"{studio.url}/login")
    samples = page.get_by_role("group", name="Sample pictures").get_by_role("img")
    await expect(samples).to_have_count(3)
    await expect(samples.first).to_have_accessible_name("A lighthouse at dusk over a calm sea")
    assert all(width > 400 for width in await page.evaluate(ALL_DECODED))
    button = await page.get_by_role("button", name="Continue as demo user").bounding_box()
    assert button
    assert button["y"] + button["height"] < size["height"]
    for each in await samples.all():
        box = await each.bounding_box()
        assert box
        assert box["y"] + box["height"] < size["height"]
    assert await widest(page) <= size["width"]
    assert await page.evaluate("window.shifts") == []


async def test_the_samples_are_there_before_the_scripts_and_weigh_little(studio: Studio) -> None:
    page = await studio.blank()
    framework = await open_without_framework(page, f"{studio.url}/login")
    samples = page.locator(".skeleton .samples img")
    await expect(samples).to_have_count(3)
    for each in await samples.all():
        assert await each.evaluate("(img) => img.decode().then(() => img.naturalWidth)") > 400
        url = await each.get_attribute("src")
        reply = await page.context.request.get(f"{studio.url}{url}")
        assert (reply.headers["content-type"], len(await reply.body()) < 25_000) == ("image/webp", True)
    framework.let_go()


@pytest.mark.parametrize("size", SIZES, ids=NAMES)
async def test_each_example_has_a_picture_and_takes_the_place_of_its_outline(
    studio: Studio, size: dict[str, int]
) -> None:
    page = await studio.visit("/healthz", size=size)
    framework = await open_without_framework(page, studio.url + GENERATE)
    await page.locator(".skeleton__example").first.wait_for()
    await page.evaluate("document.fonts.ready")
    outline = await heights(page, ".skeleton__example")
    framework.let_go()
    await page.locator(".example").first.wait_for()
    assert await heights(page, ".example") == pytest.approx(outline, abs=1)
    assert await page.locator(".example img").evaluate_all(
        "(images) => Promise.all(images.map((each) => each.decode().then(() => each.naturalWidth > 0)))"
    ) == [True] * len(outline)


async def heights(page: Page, selector: str) -> list[float]:
    found: list[float] = await page.locator(selector).evaluate_all(
        "(all) => all.map((each) => each.getBoundingClientRect().height)"
    )
    return found


@pytest.mark.parametrize("size", SIZES, ids=NAMES)
async def test_a_word_in_the_header_tells_of_the_demo(
    browser: Browser, easel: EaselProcess, size: dict[str, int]
) -> None:
    viewport: dict[str, Any] = {"viewport": size}
    page = await (await browser.new_context(**viewport)).new_page()
    framework = await open_without_framework(page, f"{easel.url}/login")
    await page.locator(".skeleton .demo-chip").wait_for()
    await page.evaluate("document.fonts.ready")
    outline = await places(page)
    framework.let_go()
    chip = page.get_by_role("button", name="Demo", exact=True)
    await expect(chip).to_have_accessible_description(DEMO_SENTENCE)
    for name, place in (await places(page)).items():
        assert outline[name] == pytest.approx(place, abs=2), name
    sentence = page.get_by_text(DEMO_SENTENCE)
    await expect(sentence).to_be_hidden()
    await chip.click()
    await expect(sentence).to_be_visible()
    await expect(sentence).to_be_in_viewport(ratio=1)
    await page.keyboard.press("Escape")
    await expect(sentence).to_be_hidden()
    await expect(chip).to_be_focused()
    await page.context.close()


async def test_there_is_no_such_word_where_pictures_are_real(studio: Studio) -> None:
    page = await studio.visit("/dashboard")
    await expect(page.get_by_role("link", name="Make a picture")).to_be_visible()
    await expect(page.locator(".demo-chip")).to_have_count(0)
