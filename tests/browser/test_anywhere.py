"""Wait anywhere: another device, a tab that lost its connection."""

import pytest
from playwright.async_api import expect

from tests.browser.studio import DESKTOP, PHONE, Studio, see_picture, start
from tests.support.waiting import until

pytestmark = pytest.mark.long

REASON = "One picture at a time: this one has to finish first."


async def test_a_run_is_the_same_on_every_device(studio: Studio) -> None:
    studio.provider.never_finish()
    desk = await studio.visit(size=DESKTOP)
    phone = await studio.visit(size=PHONE)
    await start(desk, "a red kite")
    await expect(phone.get_by_text("Painting your picture")).to_be_visible(timeout=6000)
    for page in (desk, phone):
        button = page.get_by_role("button", name="Generate")
        await expect(button).to_be_disabled()
        await expect(button).to_have_css("opacity", "1")
        await expect(button).to_have_accessible_description(REASON)
        await expect(page.get_by_text(REASON)).to_be_visible()
    studio.finish()
    for page in (desk, phone):
        await see_picture(page, "a red kite")
        await expect(page.get_by_role("button", name="Generate")).to_be_enabled()
        await expect(page.get_by_role("button", name="a red kite", exact=True)).to_be_visible()


async def test_a_tab_that_lost_its_connection_catches_up(studio: Studio) -> None:
    studio.provider.never_finish()
    page = await studio.visit()
    await start(page, "a red kite")
    await page.context.set_offline(True)
    studio.finish()
    await until(lambda: [row["status"] for row in studio.database.generations()] == ["succeeded"])
    await expect(page.get_by_text("Painting your picture")).to_be_visible()
    await page.context.set_offline(False)
    await see_picture(page, "a red kite")
    await expect(page.get_by_role("button", name="Generate")).to_be_enabled()
    studio.complaints.clear()  # of the requests that failed meanwhile
