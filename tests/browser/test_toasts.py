"""What was done, or why not, is seen: over the page, and in the dialog that is open."""

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.browser.studio import PHONE, Studio, come_true, see_failed, start
from ui.assets import asset_url

pytestmark = pytest.mark.long

SECONDS_TO_COME = 3.0  # less than a toast stays
REFUSE = """
window.Notification = class {
    static permission = "default";
    static async requestPermission() { return (this.permission = "denied"); }
};
"""


async def expect_on_top(element: Locator) -> None:
    """A finger would touch it: it is in the window, above all else, and not inert, or comes there."""
    await come_true(
        element.page,
        """(element) => {
            const { left, top, width, height } = element.getBoundingClientRect();
            return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
        }""",
        await element.element_handle(),
        seconds=SECONDS_TO_COME,
    )


async def open_first(page: Page) -> Locator:
    await page.locator(".tile__open").first.click()
    dialog = page.get_by_role("dialog", name="Picture")
    await expect(dialog).to_be_visible()
    return dialog


async def test_in_the_open_dialog_and_out_of_it_when_it_closes(studio: Studio) -> None:
    page = await studio.visit(size=PHONE, permissions=["clipboard-write"])
    studio.add_failed_rows(2)
    await page.reload()
    await see_failed(page)
    dialog = await open_first(page)
    await dialog.get_by_role("button", name="Copy prompt").click()
    copied = dialog.get_by_role("status").get_by_text("Prompt copied.")
    await expect(copied).to_be_visible()
    await expect_on_top(copied)
    await dialog.get_by_role("button", name="Copy prompt").click()
    await expect(page.locator(".toast")).to_have_count(1)
    await page.keyboard.press("Escape")
    await expect(page.get_by_text("Prompt copied.")).to_be_visible()
    await expect_on_top(page.get_by_text("Prompt copied."))

    dialog = await open_first(page)
    await dialog.get_by_role("button", name="Delete").click()
    await expect(page.locator(".tile__open")).to_have_count(1)
    dialog = await open_first(page)
    undo = dialog.get_by_role("button", name="Undo")
    await expect_on_top(undo)
    await undo.click()
    restored = dialog.get_by_text("Restored.")
    await expect(restored).to_be_visible()
    await expect_on_top(restored)


async def test_stays_for_five_seconds_and_as_long_as_it_is_looked_at(studio: Studio) -> None:
    page = await studio.blank()
    await page.clock.install()
    await page.goto(f"{studio.url}/nowhere")
    studio.complaints.clear()  # of the page that is not there
    await page.evaluate(
        """async (url) => {
            const { toast } = await import(url);
            toast("Deleted.", { action: { label: "Undo", run: () => toast("Restored.") } });
        }""",
        asset_url("toast.js"),
    )
    toast, undo = page.locator(".toast"), page.get_by_role("button", name="Undo")
    await page.clock.run_for(5_000)
    await undo.focus()
    await toast.hover()
    await page.mouse.move(0, 0)
    await page.clock.run_for(60_000)
    await expect(undo).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(toast).to_have_text(["Restored."])
    await page.clock.run_for(5_000)
    await toast.hover()
    await page.clock.run_for(60_000)
    await expect(toast).to_be_visible()
    await page.mouse.move(0, 0)
    await page.clock.run_for(5_000)
    await expect(toast).to_be_visible()
    await page.clock.run_for(5_000)
    await expect(toast).to_have_count(0)


async def test_a_delete_that_failed_and_notifications_refused_are_told(studio: Studio) -> None:
    studio.provider.never_finish()
    page = await studio.visit(script=REFUSE)
    studio.add_failed_rows(1)

    async def refuse(route: Route) -> None:
        error = {"code": "SERVICE_UNAVAILABLE", "message": "Not just now."}
        await route.fulfill(json={"success": False, "error": error})

    await page.route("**/delete", refuse)
    await page.reload()
    await see_failed(page)
    dialog = await open_first(page)
    await dialog.get_by_role("button", name="Delete").click()
    await expect(page.locator(".toast")).to_have_text(["Not just now."])
    await expect(page.locator(".tile__open")).to_have_count(1)

    await start(page, "a red kite")
    await page.get_by_role("button", name="Notify me when it's done").click()
    refused = page.get_by_text("Your browser does not allow notifications from this site.")
    await expect(refused).to_be_visible()
    await expect_on_top(refused)


async def test_one_that_has_the_focus_is_not_pushed_out_and_keeps_it_until_its_act_is_done(
    studio: Studio,
) -> None:
    page = await studio.blank()
    await page.goto(f"{studio.url}/nowhere")
    studio.complaints.clear()  # of the page that is not there
    await page.evaluate(
        """async (url) => {
            const { toast } = await import(url);
            window.toast = toast;
            window.restored = 0;
            const run = () => new Promise((done) => { window.restored += 1; window.finish = done; });
            toast("Deleted.", { action: { label: "Undo", run } });
        }""",
        asset_url("toast.js"),
    )
    undo = page.get_by_role("button", name="Undo")
    await undo.focus()
    await page.evaluate("for (const text of 'abcd') window.toast(text)")
    await expect(page.locator(".toast")).to_have_text(["Deleted.Undo", "c", "d"])
    await undo.press("Enter")
    await undo.press("Enter")
    await expect(undo).to_be_focused()
    await page.evaluate("window.finish()")
    await expect(undo).to_have_count(0)
    assert await page.evaluate("window.restored") == 1
