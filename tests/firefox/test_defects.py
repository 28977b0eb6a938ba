"""In Firefox, too: what was once wrong on the screens is right."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.firefox.test_journey import click_button, sign_in, tile, write_and_press
from tests.firefox.test_screens import see_pictures
from tests.support.database import TestDatabase
from tests.support.firefox import Firefox, Tab, running_firefox
from tests.support.provider import EmulatedProvider
from tests.support.servers import EaselProcess

BOX = "document.getElementById('prompt')"
FOCUSED = "document.activeElement"
RED = "[...document.querySelectorAll('.prompt-box__problem')].map((each) => each.textContent).filter(Boolean)"
STEP = "document.querySelector('[aria-current=step]')?.textContent"
ON_STAGE = "document.querySelector('.run__prompt')"
HEBREW = "עפיפון אדום"


@asynccontextmanager
async def visiting(easel: EaselProcess) -> AsyncIterator[tuple[Firefox, Tab]]:
    """The demo user's tab, which has nothing to complain about at the end."""
    async with running_firefox() as firefox:
        tab = await firefox.tab()
        await sign_in(tab, easel.url)
        yield firefox, tab
        assert firefox.complaints == []


async def see_red(tab: Tab, sentence: str) -> None:
    """One thing is said about the prompt, and nothing beside it."""
    await tab.wait_for(f"JSON.stringify({RED}) === JSON.stringify([{sentence!r}])")


async def run(tab: Tab, prompt: str) -> None:
    await write_and_press(tab, prompt)
    await tab.wait_for(f"{STEP} === 'Drawing'")


async def test_the_prompt_is_judged_in_one_sentence_and_read_in_its_own_direction(
    served_easel: EaselProcess, database: TestDatabase, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    async with visiting(served_easel) as (firefox, tab):
        await tab.wait_for("!document.querySelector('.button--primary').disabled")
        await tab.click(".button--primary")
        await see_red(tab, "Please describe the picture you want.")
        await tab.click("#prompt")
        await tab.type("x" * 825)
        await see_red(tab, "25 characters over the limit.")
        await tab.press_control_enter()
        await see_red(tab, "25 characters over the limit.")
        await run(tab, HEBREW)
        for element in (BOX, ON_STAGE):
            assert await tab.evaluate(f"getComputedStyle({element}).direction") == "rtl"
        other = await firefox.tab()
        await sign_in(other, served_easel.url)
        await other.wait_for(f"{ON_STAGE}?.textContent === {HEBREW!r}")
    assert [row["prompt"] for row in database.generations()] == [HEBREW]


async def test_the_focus_goes_on_after_cancel_delete_and_undo(
    served_easel: EaselProcess, database: TestDatabase, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    async with visiting(served_easel) as (_, tab):
        await run(tab, "a red kite")
        await tab.evaluate("document.querySelector('.run__actions .button').focus()")
        await tab.press("Enter")
        await tab.wait_for(f"{FOCUSED}.textContent.trim() === 'Try again'")
        await tab.evaluate(f"{BOX}.value = ''")
        await tab.click("#prompt")
        await tab.type("my next idea")
        await click_button(tab, "Try again")
        await tab.wait_for(f"{ON_STAGE}?.textContent === 'a red kite'")
        assert await tab.evaluate(f"{BOX}.value") == "my next idea"
        provider.finish()
        await tab.wait_for(f"document.querySelector({tile('a red kite')})")
        await tab.evaluate(f"document.querySelector({tile('a red kite')}).focus()")
        await tab.press("Delete")
        await see_pictures(tab, 0)
        await tab.wait_for(f"{FOCUSED} !== document.body")
        await click_button(tab, "Undo")
        await tab.wait_for(f"{FOCUSED}.matches({tile('a red kite')})")
    assert [row["status"] for row in database.generations()] == ["failed", "succeeded"]


async def test_the_first_t_is_seen_and_who_is_signed_out_is_told_why(
    served_easel: EaselProcess, database: TestDatabase, provider: EmulatedProvider
) -> None:
    async with visiting(served_easel) as (firefox, tab):
        theme = "document.documentElement.dataset.theme"
        before = await tab.evaluate(theme)
        await tab.evaluate(f"{FOCUSED}.blur()")
        await tab.press("t")
        await tab.wait_for(f"{theme} !== {before!r}")
        database.run("DELETE FROM login_sessions")
        await tab.wait_for("location.pathname === '/login'")
        said = "document.querySelector('[role=alert]')?.textContent"
        await tab.wait_for(f"{said} === 'Your sign-in has ended. Please sign in again.'")
        await tab.goto(f"{served_easel.url}/nowhere")
        shown = await tab.evaluate("document.querySelector('main').innerText")
        assert (shown.count("Nothing here"), shown.count("Perhaps it was deleted")) == (1, 1)
        firefox.complaints.clear()  # of what the page still asked for, and of the page that is not there
