"""Many pictures at once: selected by hand, by keys or by a long press; downloaded, deleted, brought back."""

from io import BytesIO
from zipfile import ZipFile

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.browser.studio import GENERATE, PHONE, Studio, come_true, see_failed

pytestmark = pytest.mark.long


async def pictures(studio: Studio, count: int, *, apart: str = "1 minute") -> Page:
    page = await studio.visit("/dashboard")
    await studio.add_pictures(page, count, apart=apart)
    await page.goto(studio.url + GENERATE)
    await page.locator(".tile__open").first.wait_for()
    return page


def tile(page: Page, number: int) -> Locator:
    return page.get_by_role("button", name=f"picture number {number}", exact=True)


def tick(page: Page, number: int) -> Locator:
    return page.get_by_role("checkbox", name=f"Select: picture number {number}", exact=True)


def bar(page: Page) -> Locator:
    return page.get_by_role("group", name="Selected pictures")


def kept(studio: Studio) -> int:
    found = studio.database.run("SELECT count(*) AS kept FROM generations WHERE deleted_at IS NULL")
    count: int = found[0]["kept"]
    return count


async def test_a_tick_comes_under_the_pointer_and_shift_takes_a_range(studio: Studio) -> None:
    page = await pictures(studio, 12)
    looks = "(tick) => getComputedStyle(tick, '::before').visibility"
    assert await tick(page, 3).evaluate(looks) == "hidden"
    await tile(page, 3).hover()
    assert await tick(page, 3).evaluate(looks) == "visible"
    assert await tick(page, 4).evaluate(looks) == "hidden"
    await tile(page, 4).focus()
    assert await tick(page, 4).evaluate(looks) == "visible"
    await tick(page, 3).click()
    await expect(bar(page)).to_contain_text("1 selected")
    await expect(page.locator("#live")).to_have_text("1 selected")
    await tile(page, 8).click(modifiers=["Shift"])
    await expect(bar(page)).to_contain_text("6 selected")
    await tile(page, 5).click()  # while some are selected, a click takes one more, or one less
    await expect(bar(page)).to_contain_text("5 selected")
    await expect(tick(page, 5)).not_to_be_checked()
    await expect(tick(page, 8)).to_be_checked()
    await page.keyboard.press("Escape")
    await expect(bar(page)).to_be_hidden()
    await expect(tick(page, 8)).not_to_be_checked()
    await tile(page, 5).click()
    await expect(page.get_by_role("dialog")).to_be_visible()


async def test_by_keyboard_alone(studio: Studio) -> None:
    page = await pictures(studio, 12)
    keys = page.keyboard
    await page.locator("main").focus()
    await keys.press("g")
    await expect(tile(page, 1)).to_be_focused()
    await keys.press("ArrowDown")
    await keys.press("ArrowLeft")
    await expect(tile(page, 8)).to_be_focused()
    await keys.press("ArrowRight")
    await keys.press("ArrowUp")
    await expect(tile(page, 1)).to_be_focused()
    await keys.press("Tab")
    await expect(tick(page, 1)).to_be_focused()
    await keys.press("Space")
    await expect(tick(page, 1)).to_be_checked()
    await keys.press("Shift+Tab")
    await keys.press("Space")
    await expect(bar(page)).to_be_hidden()
    await keys.press("Space")
    await keys.press("Shift+ArrowRight")
    await keys.press("Shift+ArrowDown")
    await expect(bar(page)).to_contain_text("10 selected")
    await keys.press("Shift+ArrowUp")
    await expect(bar(page)).to_contain_text("2 selected")
    await keys.press("Tab")
    await keys.press("Tab")
    await expect(bar(page).get_by_role("button", name="Download")).to_be_focused()
    await keys.press("Tab")
    await keys.press("Enter")
    await expect(page.locator(".tile__open")).to_have_count(10)
    await expect(tile(page, 3)).to_be_focused()
    await keys.press("Delete")
    await expect(tile(page, 3)).to_have_count(0)
    await expect(tile(page, 4)).to_be_focused()
    await keys.press("Enter")
    await expect(page.get_by_role("dialog").get_by_text("1 of 9", exact=True)).to_be_visible()


async def test_all_are_selected_only_from_within_the_pictures(studio: Studio) -> None:
    page = await pictures(studio, 250)
    search = page.get_by_label("Search your pictures")
    async with page.expect_response(lambda response: response.url.endswith("q=picture")):
        await search.fill("picture")
    await search.press("Control+a")
    await page.locator("main").focus()
    await page.keyboard.press("Control+a")
    await expect(bar(page)).to_be_hidden()
    await search.fill("")
    await tile(page, 1).focus()  # searches now: later, it would take the selection away again
    await page.keyboard.press("Control+a")
    await expect(bar(page)).to_contain_text("250 selected", timeout=30_000)  # they are read page by page
    await expect(page.locator("#live")).to_have_text("250 selected")


async def test_one_undo_brings_all_of_them_back_and_the_focus_to_the_first(studio: Studio) -> None:
    """More than the API takes at once, and none of them near the window when they come back."""
    page = await pictures(studio, 350)
    await tile(page, 1).focus()
    await page.keyboard.press("Control+a")
    await expect(bar(page)).to_contain_text("350 selected")
    for number in (1, 2):
        await tick(page, number).uncheck()
    await bar(page).get_by_role("button", name="Delete").click()
    undo = page.get_by_role("button", name="Undo")
    await expect(page.locator(".toast")).to_contain_text("348 deleted.")
    await expect(page.locator(".tile__open")).to_have_count(2)
    await expect(tile(page, 2)).to_be_focused()
    assert kept(studio) == 2
    await undo.focus()
    await undo.press("Enter")
    await expect(page.get_by_text("348 restored.")).to_be_visible()
    await expect(tile(page, 3)).to_be_focused()
    await expect(undo).to_have_count(0)
    assert kept(studio) == 350


async def test_the_focus_goes_to_what_is_restored_far_from_the_window(studio: Studio) -> None:
    page = await pictures(studio, 400)
    await tile(page, 1).focus()
    await page.keyboard.press("Delete")
    undo = page.get_by_role("button", name="Undo")
    await undo.focus()
    await come_true(
        page,
        """() => {
            scrollTo(0, document.documentElement.scrollHeight);
            return document.querySelector('[aria-label="picture number 400"]');
        }""",
    )
    await expect(tile(page, 2)).to_have_count(0)
    await undo.press("Enter")
    await expect(tile(page, 1)).to_be_focused()
    await expect(tile(page, 1)).to_be_in_viewport(ratio=1)


async def test_what_could_not_be_deleted_comes_back_and_the_rest_can(studio: Studio) -> None:
    page = await pictures(studio, 150)
    calls: list[str] = []

    async def refuse_the_second(route: Route) -> None:
        calls.append(route.request.url)
        if len(calls) == 1:
            await route.continue_()
            return
        error = {"code": "SERVICE_UNAVAILABLE", "message": "Not just now."}
        await route.fulfill(json={"success": False, "error": error})

    await page.route("**/generations/delete", refuse_the_second)
    await tile(page, 1).focus()
    await page.keyboard.press("Control+a")
    await expect(bar(page)).to_contain_text("150 selected")
    await page.keyboard.press("Delete")
    await expect(page.locator(".toast")).to_contain_text(["100 deleted.", "Not just now."])
    assert kept(studio) == 50
    await expect(tile(page, 101)).to_be_focused()
    await page.get_by_role("button", name="Undo").click()
    await expect(page.get_by_text("100 restored.")).to_be_visible()
    assert kept(studio) == 150


async def test_what_is_selected_comes_as_a_zip_and_more_than_a_hundred_as_several(studio: Studio) -> None:
    page = await studio.visit("/dashboard")
    await studio.draw(page, "a red kite", "a blue boat", "a green hill")
    await page.goto(studio.url + GENERATE)
    for name in ("a red kite", "a green hill"):
        await page.get_by_role("checkbox", name=f"Select: {name}").check()
    async with page.expect_download() as downloading:
        await bar(page).get_by_role("button", name="Download").click()
    archive = (await (await downloading.value).path()).read_bytes()
    assert sorted(ZipFile(BytesIO(archive)).namelist()) == ["a-green-hill.png", "a-red-kite.png"]
    await page.keyboard.press("Escape")

    await studio.add_pictures(page, 150)
    sizes: list[int] = []
    page.on("download", lambda download: sizes.append(download.url.count(",") + 1))
    await page.reload()
    await page.locator(".tile__open").first.focus()
    await page.keyboard.press("Control+a")
    await expect(bar(page)).to_contain_text("153 selected")
    await bar(page).get_by_role("button", name="Download").click()
    await expect(page.get_by_text("The pictures come as 2 zip files.")).to_be_visible()
    while len(sizes) < 2:
        await page.wait_for_event("download")
    assert sorted(sizes) == [53, 100]


async def test_a_long_press_begins_to_select_on_a_phone(studio: Studio) -> None:
    page = await studio.visit("/dashboard", size=PHONE, has_touch=True, is_mobile=True)
    await studio.add_pictures(page, 12)
    await page.goto(studio.url + GENERATE)
    await tile(page, 1).scroll_into_view_if_needed()
    box = await tile(page, 1).bounding_box()
    assert box
    client = await page.context.new_cdp_session(page)
    at = [{"x": box["x"] + 20, "y": box["y"] + 20}]
    await client.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": at})
    await expect(bar(page)).to_contain_text("1 selected")
    await client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    await expect(tick(page, 1)).to_be_checked()
    await tile(page, 2).tap()
    await expect(bar(page)).to_contain_text("2 selected")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await bar(page).get_by_role("button", name="Clear").tap()
    await expect(bar(page)).to_be_hidden()
    await tile(page, 2).tap(position={"x": 10, "y": 10})  # where the tick would be
    await expect(page.get_by_role("dialog")).to_be_visible()


async def test_a_search_and_a_filter_begin_without_a_selection(studio: Studio) -> None:
    page = await pictures(studio, 12)
    studio.add_failed_rows(2)
    await page.reload()
    search = page.get_by_label("Search your pictures")
    await tick(page, 1).check()
    await search.fill("number 12")
    await expect(page.get_by_text("1 found.")).to_be_visible()
    await expect(bar(page)).to_be_hidden()
    await tick(page, 12).check()
    await bar(page).get_by_role("button", name="Delete").click()
    await expect(page.get_by_text("No prompt of yours has all of these words.")).to_be_visible()
    await search.fill("")
    await expect(tile(page, 1)).to_be_visible()
    await page.get_by_role("button", name="Undo").click()  # which comes to where it belongs now
    await expect(tile(page, 12)).to_be_focused()
    await see_failed(page)
    await expect(page.get_by_role("button", name="No picture: prompt number 1")).to_be_visible()
    await page.get_by_role("checkbox", name="Select: prompt number 1").check()
    await expect(bar(page).get_by_role("button", name="Download")).to_be_hidden()
    await page.get_by_role("button", name="Use again: prompt number 2").click()
    await expect(page.get_by_label("Your prompt")).to_have_value("prompt number 2")


async def test_days_are_those_of_the_reader(studio: Studio) -> None:
    page = await studio.visit("/dashboard", timezone_id="Pacific/Auckland")
    await studio.add_pictures(page, 3, apart="12 hours")
    studio.database.run(
        "UPDATE generations SET created_at = '2026-01-02T20:00:00Z' WHERE prompt = 'picture number 3'"
    )
    studio.database.run("UPDATE generations SET created_at = now() WHERE prompt = 'picture number 1'")
    await page.goto(studio.url + GENERATE)
    await expect(page.get_by_role("heading", level=3)).to_have_text(["Today", "Yesterday", "January 3, 2026"])
