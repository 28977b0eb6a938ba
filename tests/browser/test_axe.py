"""axe-core finds nothing on any page, in any state, in both modes."""

import pytest
from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Page, expect

from tests.browser.studio import Studio, see_failed, see_picture, start

pytestmark = pytest.mark.long

AXE = Axe()
# It would copy our style sheets into the page, which the page's policy refuses: for a rule that is off.
OPTIONS = {"preload": False}


async def violations(page: Page, state: str) -> list[str]:
    """What axe finds in the light and in the dark, each as state, mode, rule and element."""
    found = []
    for mode in ("light", "dark"):
        await page.evaluate("(mode) => { document.documentElement.dataset.theme = mode }", mode)
        results = await AXE.run(page, options=OPTIONS)
        found += [
            f"{state}, {mode}: {each['id']} {[node['target'] for node in each['nodes']]}"
            for each in results.response["violations"]
        ]
    return found


async def test_axe_finds_nothing_on_any_page(studio: Studio) -> None:
    page = await studio.blank(reduced_motion="reduce")
    found = []
    await page.goto(f"{studio.url}/login?error=denied")
    found += await violations(page, "login")
    await page.get_by_role("button", name="Continue as demo user").click()
    await page.goto(f"{studio.url}/dashboard")
    found += await violations(page, "dashboard")
    await page.goto(f"{studio.url}/nowhere")
    found += await violations(page, "404")
    studio.complaints.clear()  # of the page that is not there
    await page.goto(f"{studio.url}/theme")
    await page.get_by_role("heading", name="Theme", exact=True).wait_for()
    found += await violations(page, "theme")
    assert found == []


async def test_axe_finds_nothing_on_account_and_administration(studio: Studio) -> None:
    page = await studio.visit("/account", reduced_motion="reduce")
    await studio.draw(page, "a red kite")
    await page.reload()
    await page.get_by_text("This one").wait_for()
    found = await violations(page, "account")
    await page.goto(f"{studio.url}/admin")
    await page.get_by_role("cell", name="Signed in").first.wait_for()
    await page.get_by_text("The same as a table").click()
    found += await violations(page, "administration")
    await page.get_by_role("button", name="Pause new pictures").click()
    await page.get_by_role("button", name="Resume").wait_for()
    found += await violations(page, "paused")
    await page.goto(f"{studio.url}/dashboard/generate")
    await page.get_by_text("New pictures are paused at the moment.").wait_for()
    found += await violations(page, "generate, paused")
    assert found == []


async def test_axe_finds_nothing_on_the_generate_screen(studio: Studio) -> None:
    page = await studio.visit(reduced_motion="reduce")
    await page.get_by_text("Your finished pictures gather here.").wait_for()
    found = await violations(page, "empty")
    await page.get_by_label("Your prompt").fill("x" * 801)
    found += await violations(page, "too long")
    studio.provider.never_finish()
    await start(page, "a red kite")
    found += await violations(page, "running")
    studio.moderate()
    await page.get_by_text("Stopped by the safety filter").wait_for()
    found += await violations(page, "failed")
    studio.finish()
    await page.get_by_role("button", name="Generate").click()
    await see_picture(page, "a red kite")
    await expect(page.locator(".tile__open")).to_have_count(1)
    found += await violations(page, "done, with a gallery")
    await page.get_by_role("checkbox", name="Select: a red kite").check()
    found += await violations(page, "one selected")
    await page.keyboard.press("Escape")
    await see_failed(page)
    found += await violations(page, "what has failed")
    await page.get_by_role("checkbox", name="Select: a red kite").check()
    found += await violations(page, "a failed one selected")
    await page.keyboard.press("Escape")
    for width in (1440, 360):
        await page.set_viewport_size({"width": width, "height": 740})
        await page.get_by_role("radio", name="Pictures").check()
        await page.get_by_role("button", name="a red kite", exact=True).click()
        found += await violations(page, "a picture open")
        await page.keyboard.press("Escape")
        await see_failed(page)
        await page.get_by_role("button", name="No picture: a red kite").click()
        await page.get_by_role("dialog").get_by_role("button", name="Copy prompt").click()
        found += await violations(page, "a failed one open, with a toast")
        await page.keyboard.press("Escape")
    await page.keyboard.press("?")
    found += await violations(page, "shortcuts")
    assert found == []
