"""Find again: your pictures, newest first, one open large, thousands of them."""

from dataclasses import replace

import pytest
from playwright.async_api import Page, expect

from tests.browser.studio import NAMES, PHONE, SIZES, Studio, come_true, see_failed, widest

pytestmark = pytest.mark.long


async def names(page: Page) -> list[str]:
    found: list[str] = await page.locator(".tile__open").evaluate_all(
        "(tiles) => tiles.map((tile) => tile.ariaLabel)"
    )
    return found


@pytest.mark.parametrize("size", SIZES, ids=NAMES)
async def test_pictures_are_found_opened_used_again_and_kept(studio: Studio, size: dict[str, int]) -> None:
    page = await studio.visit("/dashboard", size=size, permissions=["clipboard-read", "clipboard-write"])
    await studio.draw(page, "first kite", "second kite: über allen Gipfeln", "third kite")
    studio.add_failed_rows(1)
    await page.goto(f"{studio.url}/dashboard/generate")
    tiles = page.locator(".tile__open")
    await expect(tiles).to_have_count(3)
    assert await names(page) == ["third kite", "second kite: über allen Gipfeln", "first kite"]
    await tiles.first.click()
    dialog = page.get_by_role("dialog")
    for key, name in (
        ("ArrowRight", "second kite: über allen Gipfeln"),
        ("ArrowRight", "first kite"),
        ("ArrowLeft", "second kite: über allen Gipfeln"),
    ):
        await page.keyboard.press(key)
        await expect(dialog.get_by_role("img")).to_have_attribute("alt", name)
    await dialog.get_by_role("button", name="Copy prompt").click()
    await expect(dialog.locator(".toast")).to_have_text("Prompt copied.")
    assert await page.evaluate("navigator.clipboard.readText()") == "second kite: über allen Gipfeln"
    async with page.expect_download() as downloading:
        await dialog.get_by_role("link", name="Download").click()
    download = await downloading.value
    assert download.suggested_filename == "second-kite-über-allen-gipfeln.png"
    assert (await download.path()).read_bytes().startswith(b"\x89PNG")
    await dialog.get_by_role("button", name="Use again").click()
    await expect(dialog).to_be_hidden()
    box = page.get_by_label("Your prompt")
    await expect(box).to_have_value("second kite: über allen Gipfeln")
    await expect(box).to_be_focused()


async def test_what_is_learned_late_of_a_charge_is_told_once(studio: Studio) -> None:
    page = await studio.visit("/dashboard")
    studio.add_failed_rows(2)
    studio.database.run(
        "UPDATE generations SET error_code = 'TIMED_OUT', charge = 'unknown', late_charge = 'charged'"
        " WHERE prompt = 'prompt number 1'"
    )
    await page.goto(f"{studio.url}/dashboard/generate")
    tiles, dialog = page.locator(".tile__open"), page.get_by_role("dialog")
    await see_failed(page)
    await tiles.first.click()
    await expect(dialog.get_by_text("It was charged.", exact=True)).to_be_visible()
    await page.keyboard.press("ArrowRight")
    await expect(dialog).to_contain_text("CANCELED")
    assert (await dialog.inner_text()).count("charged") == 1


async def test_pictures_are_seen_under_another_name_of_the_site(studio: Studio) -> None:
    """Their addresses begin with `PUBLIC_URL`, for which this browser has no cookie."""
    await studio.draw(await studio.visit("/dashboard"), "a kite")
    elsewhere = replace(studio, url=studio.url.replace("127.0.0.1", "localhost"))
    page = await elsewhere.visit()
    await expect(page.locator(".tile__open img")).to_have_js_property("naturalWidth", 384)


async def test_a_delete_can_be_undone(studio: Studio) -> None:
    page = await studio.visit("/dashboard")
    await studio.draw(page, "first kite", "second kite")
    await page.goto(f"{studio.url}/dashboard/generate")
    tiles = page.locator(".tile__open")
    await tiles.first.click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(tiles).to_have_count(1)
    await expect(tiles.first).to_be_focused()
    await page.get_by_role("button", name="Undo").click()
    await expect(tiles).to_have_count(2)
    await expect(tiles.first).to_be_focused()
    assert await names(page) == ["second kite", "first kite"]
    await page.reload()
    await expect(tiles).to_have_count(2)
    await tiles.first.click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(tiles).to_have_count(1)
    await page.get_by_text("Deleted.").wait_for()
    await page.reload()
    await expect(tiles).to_have_count(1)


async def test_thousands_scroll_with_few_in_the_document(studio: Studio) -> None:
    page = await studio.visit("/dashboard", size={"width": 3840, "height": 2160})
    studio.add_failed_rows(1200)
    await page.goto(f"{studio.url}/dashboard/generate")
    await see_failed(page)
    most: int = await page.evaluate(
        """async () => {
            const count = () => document.querySelectorAll(".tile").length;
            const last = () => document.querySelector('[aria-label="No picture: prompt number 1200"]');
            let most = 0;
            for (const end = performance.now() + 20000; performance.now() < end && !last(); ) {
                scrollTo(0, document.documentElement.scrollHeight);
                await new Promise((resolve) => setTimeout(resolve, 20));
                most = Math.max(most, count());
            }
            return last() ? most : -1;
        }"""
    )
    assert 0 < most <= 216
    await page.evaluate("scrollTo(0, 0)")
    await expect(page.get_by_role("button", name="No picture: prompt number 1", exact=True)).to_be_visible()


@pytest.mark.parametrize(("width", "height"), [(768, 1024), (1440, 900), (360, 740)])
async def test_all_of_them_come_by_scrolling(studio: Studio, width: int, height: int) -> None:
    page = await studio.visit("/dashboard", size={"width": width, "height": height})
    await studio.add_pictures(page, 504)
    await page.goto(f"{studio.url}/dashboard/generate")
    await page.locator(".tile").first.wait_for()
    await come_true(
        page,
        """() => {
            scrollTo(0, document.documentElement.scrollHeight);
            return document.querySelector('[aria-label="picture number 504"]');
        }""",
        seconds=20,
    )


async def test_back_closes_the_viewer_and_stays_on_the_page(studio: Studio) -> None:
    page = await studio.visit("/account")
    await studio.draw(page, "first kite", "second kite", "third kite")
    await page.goto(f"{studio.url}/dashboard/generate")
    tiles, dialog = page.locator(".tile__open"), page.get_by_role("dialog")
    await tiles.first.click()
    await expect(dialog.get_by_text("1 of 3", exact=True)).to_be_visible()
    await page.keyboard.press("ArrowRight")
    await expect(dialog.get_by_text("2 of 3", exact=True)).to_be_visible()
    await page.go_back()
    await expect(dialog).to_be_hidden()
    await expect(tiles.nth(1)).to_be_focused()  # the one that was seen last
    for _ in range(2):  # however it is closed, no entry is left behind
        await tiles.nth(2).click()
        await page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
        await expect(tiles.nth(2)).to_be_focused()
    await page.go_back()
    await page.wait_for_url("**/account")


@pytest.mark.parametrize(
    "size", [*SIZES, {"width": 720, "height": 450}, {"width": 768, "height": 1024}], ids=str
)
async def test_the_viewer_fits_the_window_and_all_of_it_is_reached(
    studio: Studio, size: dict[str, int]
) -> None:
    """The third is a desktop at 200 %."""
    page = await studio.visit("/dashboard", size=size)
    await studio.draw(page, "first kite")
    await page.goto(f"{studio.url}/dashboard/generate")
    await page.locator(".tile__open").first.click()
    dialog = page.get_by_role("dialog")
    picture = dialog.get_by_role("img")
    await expect(picture).to_be_in_viewport(ratio=1)
    seen = await picture.bounding_box()
    assert seen
    assert max(seen["width"] / size["width"], seen["height"] / size["height"]) > 0.6
    for name in ("Previous", "Next", "Close"):
        await expect(dialog.get_by_role("button", name=name)).to_be_in_viewport(ratio=1)
    delete = dialog.get_by_role("button", name="Delete")
    await delete.scroll_into_view_if_needed()
    await expect(delete).to_be_in_viewport(ratio=1)
    assert await widest(page) <= size["width"]


async def test_a_finger_turns_the_pictures(studio: Studio) -> None:
    page = await studio.visit("/dashboard", size=PHONE, has_touch=True)
    await studio.draw(page, "first kite", "second kite")
    await page.goto(f"{studio.url}/dashboard/generate")
    await page.locator(".tile__open").first.click()
    picture = page.get_by_role("dialog").get_by_role("img")
    await expect(picture).to_have_attribute("alt", "second kite")
    await picture.evaluate(
        """(element) => {
            const at = (x) => new Touch({identifier: 1, target: element, clientX: x, clientY: 300});
            const tell = (name, touches, changedTouches) =>
                element.dispatchEvent(new TouchEvent(name, {touches, changedTouches, bubbles: true}));
            tell("touchstart", [at(300)], [at(300)]);
            tell("touchend", [], [at(100)]);
        }"""
    )
    await expect(picture).to_have_attribute("alt", "first kite")


async def test_pictures_are_found_by_the_words_of_their_prompts(studio: Studio) -> None:
    page = await studio.visit("/dashboard")
    await studio.draw(page, "a red kite", "a red balloon", "ein Ballon über Köln")
    studio.add_failed_rows(30)
    await page.goto(f"{studio.url}/dashboard/generate")
    tiles, search = page.locator(".tile__open"), page.get_by_label("Search your pictures")
    await expect(tiles.first).to_be_visible()
    await search.fill("RED kit")
    await expect(page.get_by_text("1 found.", exact=True)).to_be_visible()
    assert await names(page) == ["a red kite"]
    await search.fill("prompt number")
    await expect(page.get_by_text("No prompt of yours has all of these words.")).to_be_visible()
    await see_failed(page)
    await expect(page.get_by_text("30 found.")).to_be_visible()
    await page.get_by_role("radio", name="Pictures").check()
    await search.fill("koln")
    await expect(page.get_by_text("1 found.", exact=True)).to_be_visible()
    assert await names(page) == ["ein Ballon über Köln"]
    await tiles.first.click()
    await expect(page.get_by_role("dialog").get_by_text("1 of 1", exact=True)).to_be_visible()
    await page.keyboard.press("Escape")
    await search.fill("a word that nobody wrote")
    await expect(page.get_by_text("No prompt of yours has all of these words.")).to_be_visible()
    await expect(tiles).to_have_count(0)
    await search.fill("")
    await expect(tiles).not_to_have_count(0)
    await expect(page.get_by_text("found.")).to_have_count(0)
