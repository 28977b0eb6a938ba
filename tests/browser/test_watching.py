"""Watch: the provider's phases, a clock without messages, an honest estimate, the tab that tells."""

import re

import pytest
from playwright.async_api import Page, WebSocket, expect

from core.models import Phase
from tests.browser.studio import PHONE, Studio, hide, see_picture, start
from tests.support.waiting import until

pytestmark = pytest.mark.long

HEARTBEAT = ("2", "3")
STUB = """
window.shown = [];
window.Notification = class {
    static permission = "default";
    static async requestPermission() { return (this.permission = "granted"); }
    constructor(title) { window.shown.push(title); }
};
"""


async def test_the_phases_are_the_providers(studio: Studio) -> None:
    studio.provider.emulator.seconds_to_start = 1e9
    page = await studio.visit(size=PHONE)
    await start(page, "a red kite")
    current = page.locator("[aria-current=step]")
    await expect(current).to_have_text("Starting")
    await expect(page.locator("#run-state")).to_be_in_viewport(ratio=0.6)
    studio.provider.never_finish()
    studio.provider.emulator.seconds_to_start = 0.0
    await expect(current).to_have_text("Drawing")
    assert [each["phase"] for each in studio.database.generations()] == [Phase.DRAWING]
    await expect(page.locator(".estimate")).to_be_empty()
    await expect(page.get_by_role("progressbar")).not_to_have_attribute("aria-valuenow", "0", timeout=1)
    studio.finish()
    await see_picture(page, "a red kite")


@pytest.mark.long
async def test_a_run_without_news_costs_no_message_while_the_clock_moves(studio: Studio) -> None:
    studio.provider.never_finish()
    page, frames, requests = await _recorded_visit(studio)
    await start(page, "a red kite")
    await expect(page.locator("[aria-current=step]")).to_have_text("Drawing")
    await until(lambda: is_acknowledged(frames))
    for hidden in (False, True):
        await hide(page, hidden=hidden)
        before = await page.locator(".clock").inner_text()
        frames.clear()
        requests.clear()
        await asked_twice(studio)
        assert [each for each in frames if each not in HEARTBEAT] == []
        assert requests == []
        await hide(page, hidden=False)
        await expect(page.locator(".clock")).not_to_have_text(before)


def is_acknowledged(frames: list[str]) -> bool:
    """Whether NiceGUI's last word on the last news has been sent."""
    last = [frame for frame in frames if '"ack"' in frame or '"update"' in frame]
    return bool(last) and '"ack"' in last[-1]


async def asked_twice(studio: Studio) -> None:
    """Returns when Easel has looked at the provider two times more."""
    before = len(studio.provider.emulator.requests)
    await until(lambda: len(studio.provider.emulator.requests) > before + 1)


async def _recorded_visit(studio: Studio) -> tuple[Page, list[str], list[str]]:
    page = await studio.blank()
    frames: list[str] = []
    requests: list[str] = []

    def on_socket(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: frames.append(str(frame)))
        socket.on("framesent", lambda frame: frames.append(str(frame)))

    page.on("websocket", on_socket)
    page.on("request", lambda request: requests.append(request.url))
    await page.goto(studio.url)
    await page.get_by_role("button", name="Continue as demo user").click()
    await expect(page.get_by_role("button", name="Generate")).to_be_visible()
    return page, frames, requests


async def test_the_estimate_comes_from_five_runs_and_says_when_it_was_wrong(studio: Studio) -> None:
    studio.provider.never_finish()
    studio.add_run_times(1, 1, 1, 1)
    page = await studio.visit()
    await start(page, "a red kite")
    await expect(page.locator(".estimate")).to_be_empty()
    studio.add_run_times(1)
    await page.reload()
    estimate = page.locator(".estimate")
    await expect(estimate).to_have_text("longer than usual, 1 s over")
    await expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "95")
    studio.database.run("UPDATE run_times SET seconds = 30 + mod(id, 10)")
    await page.reload()
    await expect(estimate).to_have_text(re.compile(r"^usually 3\d to (3\d|40) s$"))
    await expect(page.locator(".top-bar.is-running")).to_be_attached()


async def test_a_hidden_tab_tells_by_title_icon_and_a_notification_that_was_asked_for(
    studio: Studio,
) -> None:
    page = await studio.visit(script=STUB)
    icon = page.locator('link[rel~="icon"]').first
    plain = await icon.get_attribute("href")
    for number, wanted in enumerate(([], ["Your picture is ready"])):
        studio.provider.never_finish()
        await start(page, f"kite {number}")
        await expect(page).to_have_title("Painting … · Easel")
        if wanted:
            await page.get_by_role("button", name="Notify me when it's done").click()
            await expect(page.get_by_role("button", name="We'll notify you")).to_be_visible()
        await hide(page, hidden=True)
        studio.finish()
        await see_picture(page, f"kite {number}")
        await expect(page).to_have_title("✓ Your picture is ready · Easel")
        assert "1a9c4b" in (await icon.get_attribute("href") or "")
        assert await page.evaluate("window.shown") == wanted
        await hide(page, hidden=False)
        await expect(page).to_have_title("Generate · Easel")
        assert await icon.evaluate("(link) => link.href") == studio.url + (plain or "")


async def test_without_a_connection_nothing_is_claimed(studio: Studio) -> None:
    studio.provider.never_finish()
    studio.add_run_times(1, 1, 1, 1, 1)
    page = await studio.visit()
    await start(page, "a red kite")
    await expect(page.get_by_text("longer than usual")).to_be_visible(timeout=8000)
    await expect(page.locator(".run__prompt")).to_have_text("a red kite")
    await page.context.set_offline(True)
    await expect(page.get_by_text("no connection; it goes on without you")).to_be_visible(timeout=1000)
    await expect(page.get_by_text("longer than usual")).to_have_count(0)
    await page.context.set_offline(False)
    await expect(page.get_by_text("longer than usual")).to_be_visible(timeout=8000)
    studio.complaints.clear()  # the browser's own, about the network


async def test_who_is_signed_out_elsewhere_is_told_why_they_are_at_the_login_page(studio: Studio) -> None:
    page = await studio.visit()
    await expect(page.get_by_role("button", name="Generate")).to_be_enabled()
    studio.database.run("DELETE FROM login_sessions")
    await page.wait_for_url("**/login?*")
    await expect(page.get_by_role("alert")).to_have_text("Your sign-in has ended. Please sign in again.")
    studio.complaints.clear()  # of what the page still asked for


async def test_each_step_of_the_theme_can_be_seen(studio: Studio) -> None:
    for scheme, shown in (("light", ["dark", "light", "light"]), ("dark", ["light", "dark", "dark"])):
        page = await studio.visit(color_scheme=scheme)
        await expect(page.get_by_role("button", name="Generate")).to_be_enabled()
        seen = []
        for _ in range(3):
            await page.keyboard.press("t")
            seen.append(await page.evaluate("document.documentElement.dataset.theme"))
        assert seen == shown
