"""`/admin`, the offer beside Generate, and the way between the pages."""

from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.studio import GENERATE, NAMES, SIZES, Studio, too_small, widest

pytestmark = pytest.mark.long

ADMIN = "/admin"
PAUSED = "New pictures are paused at the moment."
# "within 5 s, without a reload"
SOON = 5000


def add_people(studio: Studio, count: int) -> None:
    studio.database.run(
        "INSERT INTO people (owner_id, name, email)"
        " SELECT gen_random_uuid(), 'Person ' || n, n || '@many.test' FROM generate_series(1, %s::int) n",
        count,
    )


def people_of(page: Page) -> Locator:
    return page.get_by_role("region", name="People").first


async def test_a_pause_is_felt_on_every_open_page_without_a_reload(studio: Studio) -> None:
    waiting = await studio.visit()
    generate = waiting.get_by_role("button", name="Generate")
    await waiting.get_by_label("Your prompt").fill("a red kite")
    await expect(generate).to_be_enabled()
    admin = await studio.visit(ADMIN)
    await admin.get_by_role("button", name="Pause new pictures").click()
    await expect(waiting.get_by_text(PAUSED)).to_be_visible(timeout=SOON)
    await expect(generate).to_be_disabled()
    await expect(admin.get_by_text("New pictures are paused for everybody.")).to_be_visible()
    await expect(admin.get_by_role("cell", name="Paused new pictures")).to_be_visible()
    await admin.get_by_role("button", name="Resume").click()
    await expect(generate).to_be_enabled(timeout=SOON)
    await expect(waiting.get_by_label("Your prompt")).to_have_value("a red kite")


async def test_the_price_stands_quietly_beside_generate(studio: Studio) -> None:
    page = await studio.visit()
    await expect(page.get_by_text("gpt-image-2 · medium · about $0.05", exact=True)).to_be_visible()


async def test_people_are_found_sorted_blocked_and_let_in_again(studio: Studio) -> None:
    add_people(studio, 30)
    page = await studio.visit(ADMIN)
    rows = people_of(page).locator("tbody tr")
    await expect(rows).to_have_count(25)
    await expect(page.get_by_text("1 to 25 of 31")).to_be_visible()
    await page.get_by_role("button", name="Next").click()
    await expect(rows).to_have_count(6)
    await page.get_by_role("button", name="Name").click()
    await expect(rows.first).to_contain_text("Demo user")
    await expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")
    await page.get_by_label("Search name or e-mail").fill("person 17")
    await expect(rows).to_have_count(1)
    await page.get_by_role("button", name="Block: Person 17").click()
    await page.get_by_role("button", name="Keep: Person 17").click()
    await page.get_by_role("button", name="Block: Person 17").click()
    await page.get_by_role("button", name="Block now: Person 17").click()
    await expect(page.get_by_role("heading", name="People")).to_be_focused()
    await expect(rows.first).to_contain_text("blocked")
    await expect(page.get_by_role("cell", name="Blocked: Person 17")).to_be_visible()
    await page.get_by_role("button", name="Unblock: Person 17").click()
    await expect(page.get_by_role("button", name="Block: Person 17")).to_be_visible()
    await page.get_by_label("Search name or e-mail").fill("nobody of that name")
    await expect(page.get_by_text("Nobody is found.")).to_be_visible()


async def test_the_month_is_drawn_turned_and_downloaded(studio: Studio) -> None:
    page = await studio.visit(ADMIN)
    await studio.draw(page, "a red kite")
    await page.reload()
    await expect(page.get_by_role("img", name="Spending by day")).to_be_visible()
    await page.get_by_text("The same as a table").click()
    await expect(page.get_by_role("region", name="The month by day")).to_contain_text("$0.047")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Download as CSV").click()
    assert "Demo user" in (await (await download.value).path()).read_text()
    await page.get_by_role("link", name="Month before").click()
    await page.wait_for_url("**/admin?month=*")
    await expect(page.get_by_role("link", name="Month after")).to_be_visible()


async def test_for_others_there_is_no_such_page_and_no_link_to_it(studio: Studio) -> None:
    page = await studio.visit()
    await expect(page.get_by_role("link", name="Admin")).to_be_visible()
    studio.database.run("UPDATE login_sessions SET is_admin = false")
    await page.reload()
    await expect(page.get_by_role("link", name="Account")).to_be_visible()
    await expect(page.get_by_role("link", name="Admin")).to_have_count(0)
    answer = await page.goto(studio.url + ADMIN)
    assert answer
    assert answer.status == 404
    await expect(page.get_by_text("Perhaps it was deleted, or the address is mistyped.")).to_be_visible()
    studio.complaints.clear()  # of the page that is not there


@pytest.mark.parametrize("size", SIZES, ids=NAMES)
async def test_one_finds_the_way_by_keyboard_and_by_finger(studio: Studio, size: dict[str, int]) -> None:
    page = await studio.visit(GENERATE, size=size)
    for name, heading in (("Account", "Your account"), ("Admin", "Administration")):
        link = page.get_by_role("navigation", name="Pages").get_by_role("link", name=name)
        await link.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
        await expect(page.get_by_role("link", name=name)).to_have_attribute("aria-current", "page")
        await page.wait_for_load_state("networkidle")
        assert await widest(page) <= size["width"]
        assert await too_small(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES, ids=NAMES)
async def test_both_pages_fit_and_are_kept_as_pictures(
    studio: Studio, screenshots: Path, size: dict[str, int], scheme: str
) -> None:
    page = await studio.visit("/account", size=size, color_scheme=scheme)
    await studio.draw(page, "a red kite", "a lighthouse at dusk")
    add_people(studio, 40)
    for path, sign in (("/account", "This one"), (ADMIN, "1 to 25 of 41")):
        await page.goto(studio.url + path)
        await page.get_by_text(sign).wait_for()
        assert await widest(page) <= size["width"]
        name = f"{path.strip('/')}-{size['width']}-{scheme}.png"
        await page.screenshot(path=screenshots / name, full_page=True)
