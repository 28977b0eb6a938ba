"""`/account`: an API token is made, used as the page shows it, and revoked."""

import asyncio
import json
import re
import shlex
import subprocess
import sys
import zipfile
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.studio import NAMES, SIZES, Studio

pytestmark = pytest.mark.long

MADE = "Copy it now"
CURL, PYTHON = "A picture with curl", "A picture with Python (httpx)"


async def make_token(page: Page, name: str) -> str:
    await page.get_by_label("Name").fill(name)
    await page.get_by_role("button", name="Make a token").click()
    await expect(page.get_by_text(MADE)).to_be_visible()
    await expect(page.locator(".top-bar")).not_to_have_class(re.compile("is-loading"))
    return await snippet(page, "The token")


async def snippet(page: Page, label: str) -> str:
    text = await page.get_by_role("figure", name=label).locator("code").text_content()
    assert text
    return text


async def run(*command: str) -> subprocess.CompletedProcess[str]:
    """As somebody pastes it into a terminal."""
    return await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, check=False, timeout=60
    )


async def curl(line: str) -> Any:
    """What the API answers to the pasted line."""
    return json.loads((await run("curl", "--silent", *shlex.split(line)[1:])).stdout)


@pytest.mark.parametrize("size", SIZES, ids=NAMES)
async def test_a_token_works_as_it_is_pasted_until_it_is_revoked(
    studio: Studio, size: dict[str, int]
) -> None:
    page = await studio.visit("/dashboard/generate", size=size)
    await page.get_by_role("link", name="Account").click()
    token = await make_token(page, "Nightly")
    line, lines = [await snippet(page, each) for each in (CURL, PYTHON)]
    assert token in line
    assert (await curl(line))["data"]["status"] == "succeeded"
    ran = await run(sys.executable, "-c", lines)
    assert ran.stdout.startswith("http"), ran.stderr

    await page.reload()
    await expect(page.get_by_text("Nightly")).to_be_visible()
    assert token not in await page.content()
    await page.get_by_role("button", name="Revoke Nightly").click()
    await page.get_by_role("button", name="Revoke", exact=True).click()
    await expect(page.get_by_text("There are none yet.")).to_be_visible()
    assert (await curl(line))["error"]["code"] == "UNAUTHENTICATED"


async def test_the_lines_for_a_token_that_may_only_read_work_too(studio: Studio) -> None:
    page = await studio.visit("/account")
    await page.get_by_label("It may").select_option("Read pictures only")
    await make_token(page, "Reader")
    line, lines = [await snippet(page, f"What there is with {each}") for each in ("curl", "Python (httpx)")]
    assert (await curl(line))["data"] == {"items": []}
    ran = await run(sys.executable, "-c", lines)
    assert (ran.returncode, ran.stdout) == (0, ""), ran.stderr


async def test_what_is_wrong_is_said_and_a_revoke_can_be_thought_over(studio: Studio) -> None:
    page = await studio.visit("/account")
    await make_token(page, "First")
    await page.get_by_label("Name").fill("   ")
    await page.get_by_role("button", name="Make a token").click()
    await expect(page.get_by_role("alert")).to_have_text("Please give the token a name.")
    studio.complaints.clear()  # of the refusal
    await page.get_by_role("button", name="Revoke First").click()
    await page.get_by_role("button", name="Keep").click()
    await expect(page.get_by_role("button", name="Revoke First")).to_be_visible()


async def test_other_browsers_are_listed_and_signed_out(studio: Studio) -> None:
    other = await studio.visit("/account")
    page = await studio.visit("/account")
    sessions = page.get_by_role("region", name="Where you are signed in").get_by_role("listitem")
    await expect(sessions).to_have_count(2)
    await expect(sessions.first).to_contain_text("Chrome on Linux")
    await expect(sessions.first).to_contain_text("This one")
    await sessions.last.get_by_role("button", name="Sign out of").click()
    await expect(sessions).to_have_count(1)
    await expect(page.get_by_role("heading", name="Where you are signed in")).to_be_focused()
    await other.reload()
    await other.wait_for_url("**/login?next=*")


@pytest.mark.parametrize("size", SIZES, ids=NAMES)
async def test_everything_can_be_taken_along_and_then_deleted(studio: Studio, size: dict[str, int]) -> None:
    page = await studio.visit("/account", size=size)
    await studio.draw(page, "a red kite")
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Download everything").click()
    archive = zipfile.ZipFile(await (await download.value).path())
    assert archive.namelist() == ["a-red-kite.png", "generations.json"]
    await page.get_by_role("button", name="Delete my account").click()
    await expect(page.get_by_label("To go on, type")).to_be_focused()
    await page.get_by_label("To go on, type").fill("delete it")
    await page.get_by_role("button", name="Delete my account").click()
    await expect(page.get_by_text('Please type "delete my account".')).to_be_visible()
    studio.complaints.clear()  # the browser's own, about the 400
    await page.get_by_label("To go on, type").fill("delete my account")
    await page.get_by_role("button", name="Delete my account").click()
    await page.wait_for_url("**/login")
    await expect(page.get_by_text("Your account is deleted, with everything in it.")).to_be_visible()
    assert studio.database.run("SELECT * FROM generations") == []


@pytest.mark.parametrize("size", SIZES, ids=NAMES)
async def test_deleting_takes_a_recent_sign_in_to_which_the_page_leads(
    studio: Studio, size: dict[str, int]
) -> None:
    page = await studio.visit("/account", size=size)
    studio.database.run("UPDATE authentications SET at = now() - interval '11 minutes'")
    await page.get_by_label("To go on, type").fill("delete my account")
    await page.get_by_role("button", name="Delete my account").click()
    section = page.get_by_role("region", name="Delete your account")
    await expect(section.get_by_role("alert")).to_contain_text("Please sign in again first")
    await expect(page.get_by_label("To go on, type")).to_have_count(0)
    studio.complaints.clear()  # the browser's own, about the 403

    await page.reload()  # by now the page knows
    await expect(section).to_contain_text("Please sign in again first. You then have 10 minutes.")
    await section.get_by_role("button", name="Sign in again").click()
    await expect(page.get_by_role("heading", name="Delete your account")).to_be_focused()
    await expect(page.get_by_role("heading", name="Delete your account")).to_be_in_viewport()
    await page.get_by_label("To go on, type").fill("delete my account")
    await page.get_by_role("button", name="Delete my account").click()
    await page.wait_for_url("**/login")
    assert studio.complaints == []


async def test_what_was_spent_is_told(studio: Studio) -> None:
    page = await studio.visit("/account")
    await studio.draw(page, "a red kite")
    await page.reload()
    spent = page.get_by_role("region", name="What you have spent")
    await expect(spent).to_contain_text("$0.047")
