"""What a page refuses to run or load, and what it must not refuse.

That no page does in any state what it would refuse is a matter of all tests here: see `without_violations`.
"""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from oidc_provider_mock import run_server_in_thread
from playwright.async_api import Browser, Page, expect

from tests.browser.studio import DESKTOP, GENERATE, THUMBNAIL, Studio, come_true
from tests.browser.test_not_kept import add_unkept_row
from tests.support.servers import EaselProcess

pytestmark = pytest.mark.long

CONNECTED = "window.did_handshake === true"
# In a timer: what a debugger has a page evaluate may evaluate as well.
LATER = "(code) => new Promise((done) => setTimeout(() => { code(); setTimeout(done, 200) }))"
REFUSED = {
    "a script": """() => {
        const script = document.createElement("script");
        script.textContent = "window.hasRun = true";
        document.body.append(script);
    }""",
    "a script of another site": """() => {
        const script = document.createElement("script");
        script.src = "https://elsewhere.test/script.js";
        document.body.append(script);
    }""",
    "an attribute": """() => document.body.insertAdjacentHTML(
        "beforeend", "<img src='data:,' onerror='window.hasRun = true'>")""",
    "a link": """() => {
        document.body.insertAdjacentHTML("afterbegin", "<a href='javascript:window.hasRun = true'>here</a>");
        document.body.firstChild.click();
    }""",
    "eval": "() => { try { eval('window.hasRun = true') } catch {} }",
    "Function": "() => { try { new Function('window.hasRun = true')() } catch {} }",
    "a text for a timer": "() => setTimeout('window.hasRun = true')",
    "a style": "() => document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\"></p>')",
    "another base": """() => document.head.insertAdjacentHTML(
        "beforeend", "<base href='https://elsewhere.test/'>")""",
    "a form to another site": """() => {
        document.body.insertAdjacentHTML("beforeend", "<form action='https://elsewhere.test/'></form>");
        document.forms[document.forms.length - 1].submit();
    }""",
    "a connection to another site": "() => { fetch('https://elsewhere.test/').catch(() => {}) }",
    "a frame": "() => document.body.insertAdjacentHTML('beforeend', '<iframe src=\"/login\"></iframe>')",
}


@pytest.mark.asvs("3.4.3")
@pytest.mark.parametrize("path", ["/theme", GENERATE, "/nothing", "/api/docs"])
async def test_what_somebody_smuggles_into_a_page_does_not_run(
    studio: Studio, violations: list[str], path: str
) -> None:
    page = await studio.visit(path)
    for name, code in REFUSED.items():
        before = len(violations)
        await page.evaluate(f"({LATER})({code})")
        assert len(violations) > before, name
        assert await page.evaluate("window.hasRun") is None, name
    violations.clear()
    studio.complaints.clear()


async def test_a_page_shows_no_picture_of_another_site(studio: Studio, violations: list[str]) -> None:
    page = await studio.visit("/account")
    await show(page, "https://replicate.delivery/picture.webp", is_shown=False)
    await page.goto(studio.url + GENERATE)
    await show(page, "https://elsewhere.test/picture.webp", is_shown=False)
    await show(page, "http://replicate.delivery/picture.webp", is_shown=False)
    assert len(violations) >= 3
    violations.clear()
    studio.complaints.clear()


async def show(page: Page, address: str, *, is_shown: bool) -> None:
    await page.route(address, send_picture)
    loads = """(address) => new Promise((done) => Object.assign(new Image(),
        { onload: () => done(true), onerror: () => done(false), src: address }))"""
    assert await page.evaluate(loads, address) is is_shown


async def send_picture(route: Any) -> None:
    await route.fulfill(body=THUMBNAIL, content_type="image/webp")


async def test_a_picture_that_is_not_kept_yet_is_shown_from_the_provider(studio: Studio) -> None:
    page = await studio.visit("/dashboard")
    address = "https://files.replicate.delivery/kite.webp"
    add_unkept_row(studio, address)
    await page.route(address, send_picture)
    await page.goto(studio.url + GENERATE)
    await page.get_by_role("button", name="a red kite").click()
    picture = page.get_by_role("dialog").get_by_role("img")
    await expect(picture).to_have_js_property("naturalWidth", 384)
    await show(page, f"{studio.provider.url}/files/kite.webp", is_shown=True)
    await show(page, "https://replicate.delivery/kite.webp", is_shown=True)
    assert [each for each in studio.complaints if "delivery" not in each and "/files/" not in each] == []
    studio.complaints.clear()  # of pictures from elsewhere


async def test_a_picture_opened_by_itself_stands_in_the_middle(studio: Studio) -> None:
    page = await studio.visit()
    await studio.draw(page, "a red kite")
    [row] = studio.database.generations()
    await page.goto(f"{studio.url}/api/v1/generations/{row['id']}/image?size=thumb")
    box = await page.locator("img").bounding_box()
    assert box
    assert box["x"] + box["width"] / 2 == pytest.approx(DESKTOP["width"] / 2, abs=1)


async def test_the_description_of_the_api_can_be_tried_out(studio: Studio) -> None:
    page = await studio.visit("/api/docs")
    await page.locator("[data-path='/v1/me']").click()
    await page.get_by_role("button", name="Try it out").click()
    await page.get_by_role("button", name="Execute").click()
    await expect(page.locator(".live-responses-table .response-col_status").last).to_contain_text("200")


async def test_a_page_that_has_missed_too_much_loads_anew(studio: Studio) -> None:
    """NiceGUI would have it evaluate that."""
    page = await studio.visit()
    await come_true(page, CONNECTED)
    async with page.expect_event("load", timeout=10_000):
        # As if it had been away for longer than the server remembers what it was sent.
        await page.evaluate("window.nextMessageId = -1; window.isOld = true; window.socket.io.engine.close()")
    await come_true(page, CONNECTED)
    assert await page.evaluate("window.isOld") is None


@pytest.fixture
def issuer() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with run_server_in_thread(require_nonce=True) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")
async def test_the_way_to_the_sign_in_provider_and_back_is_free(
    browser: Browser, issuer: str, tmp_path: Path
) -> None:
    settings: dict[str, Any] = {
        "OIDC_ISSUER": issuer,
        "OIDC_CLIENT_ID": "easel",
        "OIDC_CLIENT_SECRET": "secret",
    }
    with EaselProcess(tmp_path, DATA_DIR=str(tmp_path / "data"), **settings) as easel:
        page = await browser.new_page()
        await page.goto(easel.url)
        await page.get_by_role("link", name="Continue with").click()
        await page.get_by_placeholder("sub").fill("ada")
        await page.get_by_role("button", name="Authorize").click()
        await expect(page.get_by_label("Your prompt")).to_be_visible()
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("heading", name="Sign in to Easel")).to_be_visible()
        await page.get_by_role("link", name="Sign out at").click()
        await expect(page).to_have_url(re.compile(re.escape(issuer)))
        await page.context.close()
