"""The whole journey in Firefox: sign in, write, watch, see, find again, delete, cancel, sign out."""

import json

from tests.browser.studio import GENERATE
from tests.support.database import TestDatabase
from tests.support.firefox import Tab, running_firefox
from tests.support.provider import EmulatedProvider
from tests.support.servers import EaselProcess
from tests.support.waiting import until


async def test_the_journey_in_firefox(
    served_easel: EaselProcess, database: TestDatabase, provider: EmulatedProvider
) -> None:
    async with running_firefox() as firefox:
        tab = await firefox.tab()
        await sign_in(tab, served_easel.url)
        provider.never_finish()
        await write_and_press(tab, "a red kite")
        await tab.wait_for("document.querySelector('[aria-current=step]')?.textContent === 'Drawing'")
        assert await tab.evaluate("document.title") == "Painting … · Easel"
        provider.finish()
        await tab.wait_for("document.querySelector('img.picture')?.naturalWidth > 0")
        assert [row["prompt"] for row in database.generations()] == ["a red kite"]

        await tab.wait_for(f"document.querySelector({tile('a red kite')})")
        await tab.click(".tile__open")
        await tab.wait_for("document.querySelector('.viewer[open] img')?.naturalWidth > 0")
        await click_button(tab, "Use again")
        await tab.wait_for("document.getElementById('prompt').value === 'a red kite'")
        await tab.click(".tile__open")
        await tab.wait_for("document.querySelector('.viewer[open]')")
        await click_button(tab, "Delete")
        await tab.wait_for(f"!document.querySelector({tile('a red kite')})")
        await click_button(tab, "Undo")
        await tab.wait_for(f"document.querySelector({tile('a red kite')})")

        provider.never_finish()
        await write_and_press(tab, "a blue kite")
        await tab.wait_for("document.querySelector('[aria-current=step]')?.textContent === 'Drawing'")
        await click_button(tab, "Cancel")
        await tab.wait_for("document.querySelector('.sheet[role=alert] h2')?.textContent === 'Canceled'")
        await until(lambda: [row["status"] for row in database.generations()] == ["succeeded", "failed"])

        before = await tab.evaluate("document.documentElement.dataset.theme")
        await tab.click(".theme-switch")
        assert await tab.evaluate("document.documentElement.dataset.theme") != before
        await tab.click('[action="/auth/logout"] button')
        await tab.wait_for("location.pathname === '/login'")
        await tab.goto(served_easel.url + GENERATE)
        assert await tab.evaluate("location.pathname") == "/login"
        assert firefox.complaints == []


async def sign_in(tab: Tab, url: str) -> None:
    await tab.goto(url)
    await tab.wait_for("document.querySelector('[action^=\"/auth/demo\"] button')")
    await tab.click('[action^="/auth/demo"] button')
    await tab.wait_for("document.getElementById('prompt')")


async def write_and_press(tab: Tab, prompt: str) -> None:
    await tab.wait_for("!document.querySelector('.button--primary').disabled")
    await tab.click("#prompt")
    await tab.evaluate("document.getElementById('prompt').select()")
    await tab.type(prompt)
    await tab.press_control_enter()


async def click_button(tab: Tab, name: str) -> None:
    """The visible button with that text."""
    await tab.wait_for(
        "[...document.querySelectorAll('button')].some((each) => {"
        f" const isIt = each.textContent.trim() === {json.dumps(name)} && each.checkVisibility();"
        " if (isIt && !each.disabled) each.id = 'to-click'; return isIt && !each.disabled; })"
    )
    await tab.click("#to-click")
    await tab.evaluate("document.getElementById('to-click')?.removeAttribute('id')")


def tile(prompt: str) -> str:
    """The selector of a picture of one's own, as a JavaScript string."""
    return json.dumps(f'.tile__open[aria-label="{prompt}"]')
