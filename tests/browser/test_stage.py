"""The stage: the picture as large as the window lets it be, what can be done with it, trying again."""

import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.async_api import Page, Route, expect

from tests.browser.studio import DESKTOP, PHONE, Studio, see_picture, start
from tests.browser.test_first_visit import Held

pytestmark = pytest.mark.long

LAPTOP = {"width": 1366, "height": 768}
TABLET = {"width": 768, "height": 1024}
PICTURE = "#run-state .picture__open"


async def box_of(page: Page, selector: str) -> dict[str, float]:
    box = await page.locator(selector).bounding_box()
    assert box
    x, y, width, height = box["x"], box["y"], box["width"], box["height"]
    return {"y": y, "width": width, "height": height, "right": x + width, "bottom": y + height}


async def visit_with_a_picture(studio: Studio, size: dict[str, int]) -> Page:
    page = await studio.visit("/dashboard", size=size)
    await studio.draw(page, "a red kite")
    await page.goto(f"{studio.url}/dashboard/generate")
    await see_picture(page, "a red kite")
    return page


@pytest.mark.parametrize("size", [DESKTOP, LAPTOP], ids=["1440", "1366"])
async def test_on_a_desktop_the_picture_takes_the_window_and_nothing_scrolls(
    studio: Studio, size: dict[str, int]
) -> None:
    page = await visit_with_a_picture(studio, size)
    picture, foot = await box_of(page, PICTURE), await box_of(page, "#run-state .picture__foot")
    composer = await box_of(page, ".composer")
    assert await page.evaluate("scrollY") == 0
    assert max(foot["bottom"], composer["bottom"]) <= size["height"]
    assert picture["width"] == pytest.approx(picture["height"], abs=1)
    assert picture["height"] >= size["height"] - 210  # what header, actions and the demo's notice leave
    assert composer["width"] == pytest.approx(22 * 16, abs=1)


@pytest.mark.parametrize("size", [TABLET, PHONE], ids=["768", "360"])
async def test_on_a_phone_the_picture_is_above_the_docked_composer(
    studio: Studio, size: dict[str, int]
) -> None:
    page = await visit_with_a_picture(studio, size)
    composer, foot = await box_of(page, ".composer"), await box_of(page, "#run-state .picture__foot")
    assert composer["bottom"] == pytest.approx(size["height"], abs=1)
    assert (await box_of(page, PICTURE))["bottom"] <= foot["y"] + 1
    assert foot["bottom"] <= composer["y"]
    for action in await page.locator("#run-state .picture__actions > *").all():
        await expect(action).to_be_in_viewport(ratio=1)
    await page.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert (await box_of(page, ".composer"))["bottom"] == pytest.approx(size["height"], abs=1)


async def test_the_thumbnail_is_there_at_once_and_the_picture_once_it_is_decoded(studio: Studio) -> None:
    page = await studio.visit("/dashboard")
    await studio.draw(page, "a red kite")
    large = Held()
    await page.route(re.compile(r"/image$"), large)
    await page.goto(f"{studio.url}/dashboard/generate")
    thumb = page.locator("#run-state .picture__thumb")
    await expect(thumb).to_have_js_property("complete", True)
    assert await thumb.evaluate("(img) => img.naturalWidth") > 0
    picture = page.locator("#run-state img.picture")
    await expect(picture).to_have_css("opacity", "0")
    large.let_go()
    await expect(picture).to_have_css("opacity", "1")


async def test_the_actions_of_the_picture(studio: Studio) -> None:
    page = await studio.visit(permissions=["clipboard-read", "clipboard-write"])
    await studio.draw(page, "an older one", "a red kite")
    await page.reload()
    await see_picture(page, "a red kite")
    act = page.get_by_role("group", name="This picture")
    await act.get_by_role("button", name="Use prompt again").click()
    await expect(page.get_by_label("Your prompt")).to_have_value("a red kite")
    await act.get_by_role("button", name="Copy prompt").click()
    await page.get_by_text("Prompt copied.").wait_for()
    assert await page.evaluate("navigator.clipboard.readText()") == "a red kite"
    await act.get_by_role("button", name="Copy picture").click()
    await page.get_by_text("Picture copied.").wait_for()
    assert await _copied_type(page) == "image/png"

    await page.locator(PICTURE).press("Enter")
    dialog = page.get_by_role("dialog", name="Picture")
    await expect(dialog.get_by_role("img", name="a red kite")).to_be_visible()
    await page.keyboard.press("Escape")

    await act.get_by_role("button", name="Delete").click()
    await see_picture(page, "an older one")
    await expect(page.locator(PICTURE)).to_be_focused()
    await page.get_by_role("button", name="Undo").click()
    await see_picture(page, "a red kite")


async def _copied_type(page: Page) -> str:
    found: str = await page.evaluate(
        """async () => {
            const [item] = await navigator.clipboard.read();
            const bitmap = await createImageBitmap(await item.getType("image/png"));
            return bitmap.width > 0 ? item.types.join() : "empty";
        }"""
    )
    return found


async def test_a_webp_is_copied_as_png(studio: Studio) -> None:
    page = await studio.visit(permissions=["clipboard-read", "clipboard-write"])
    await studio.draw(page, "a red kite")
    content = BytesIO()
    Image.new("RGB", (8, 8), "red").save(content, "WEBP")

    async def as_webp(route: Route) -> None:
        await route.fulfill(body=content.getvalue(), content_type="image/webp")

    await page.route(re.compile(r"/image$"), as_webp)
    await page.reload()
    await page.get_by_role("button", name="Copy picture").click()
    await page.get_by_text("Picture copied.").wait_for()
    assert await _copied_type(page) == "image/png"


async def test_a_deletion_in_another_tab_takes_the_picture_off_the_stage(studio: Studio) -> None:
    page = await studio.visit()
    await start(page, "a red kite")
    await see_picture(page, "a red kite")
    studio.database.run("UPDATE generations SET deleted_at = now()")
    await expect(page.locator("#run-state img.picture")).to_have_count(0)


async def test_try_again_starts_with_the_same_words_and_leaves_the_box_alone(studio: Studio) -> None:
    studio.provider.never_finish()
    page = await studio.visit()
    await start(page, "a red kite")
    await expect(page.locator("[aria-current=step]")).to_have_text("Drawing")
    studio.fail()
    again = page.get_by_role("button", name="Try again")
    await again.wait_for()
    await page.get_by_label("Your prompt").fill("my next idea")
    await again.click()
    await expect(page.locator(".run__prompt")).to_have_text("a red kite")
    await expect(page.get_by_label("Your prompt")).to_have_value("my next idea")
    studio.finish()
    await see_picture(page, "a red kite")
    assert [each["prompt"] for each in studio.database.generations()] == ["a red kite"] * 2


async def test_cancel_keeps_the_focus_until_the_end_is_known(studio: Studio) -> None:
    studio.provider.never_finish()
    page = await studio.visit()
    await start(page, "a red kite")
    await expect(page.locator("[aria-current=step]")).to_have_text("Drawing")
    cancel = page.locator("#run-state .run__actions .button").first
    await page.evaluate(
        """() => {
            window.lost = 0;
            const look = () => {
                if (document.activeElement === document.body) window.lost += 1;
                requestAnimationFrame(look);
            };
            document.querySelector(".run__actions .button").focus();
            requestAnimationFrame(look);
        }"""
    )
    await cancel.press("Enter")
    await expect(page.get_by_role("button", name="Try again")).to_be_focused()
    assert await page.evaluate("window.lost") <= 1  # the frame in which the sheet is drawn anew


async def test_one_thing_is_said_at_a_time_about_the_prompt(studio: Studio) -> None:
    page = await studio.visit()
    box = page.get_by_label("Your prompt")
    red = page.locator(".prompt-box__problem:not(:empty)")
    await page.get_by_role("button", name="Generate").click()
    await expect(red).to_have_text(["Please describe the picture you want."])
    await box.fill("x" * 825)
    await expect(red).to_have_text(["25 characters over the limit."])
    await box.press("Control+Enter")
    await expect(red).to_have_text(["25 characters over the limit."])
