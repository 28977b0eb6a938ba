"""Easel in front of a browser: pages of the demo user, and the rows and the provider behind them."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Error, Page, Request, Route, expect

from tests.support.database import TestDatabase
from tests.support.images import picture
from tests.support.provider import EmulatedProvider

GENERATE = "/dashboard/generate"
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 360, "height": 740}
SIZES = [DESKTOP, PHONE]
NAMES = ["desktop", "phone"]
MODEL = "openai/gpt-image-2"
THUMBNAIL = picture("WEBP", (384, 384))


@dataclass
class Studio:
    """`complaints` gathers console errors and requests that leave the site, of every page."""

    url: str
    browser: Browser
    database: TestDatabase
    provider: EmulatedProvider
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    async def visit(
        self, path: str = GENERATE, *, size: dict[str, int] = DESKTOP, script: str = "", **options: Any
    ) -> Page:
        """A page in a browser of its own, signed in; `script` runs in it before anything else."""
        page = await self.blank(size=size, script=script, **options)
        await page.context.request.post(f"{self.url}/auth/demo", headers={"Origin": self.url})
        await page.goto(self.url + path)
        return page

    async def blank(self, *, size: dict[str, int] = DESKTOP, script: str = "", **options: Any) -> Page:
        """The same without a sign-in, and nowhere yet."""
        context = await self.browser.new_context(**({"viewport": size, "color_scheme": "light"} | options))
        self.contexts.append(context)
        page = await context.new_page()
        if script:
            await page.add_init_script(script)
        note_complaints(page, self.url, self.complaints)
        return page

    async def draw(self, page: Page, *prompts: str) -> None:
        """Pictures of the demo user, one after the other, without the screen."""
        api = f"{self.url}/api/v1/generations"
        for prompt in prompts:
            reply = await page.context.request.post(
                f"{api}/submit", data={"prompt": prompt}, headers={"Origin": self.url}
            )
            generation_id = (await reply.json())["data"]["id"]
            for _ in range(100):
                answer = await page.context.request.get(f"{api}/{generation_id}")
                state = (await answer.json())["data"]
                if state.get("url", "").startswith(self.url):
                    break
                await asyncio.sleep(0.05)
            else:
                raise AssertionError(f"no picture: {state}")

    def add_failed_rows(self, count: int) -> None:
        """Rows of everyone who has signed in, each a minute older than the one before."""
        self.database.run(
            """
            INSERT INTO generations
                (owner_id, prompt, status, error_code, charge, model, created_at, finished_at)
            SELECT DISTINCT owner_id, 'prompt number ' || n, 'failed', 'CANCELED', 'not_charged', %s,
                now() - n * interval '1 minute', now()
            FROM login_sessions, generate_series(1, %s::int) AS n
            """,
            MODEL,
            count,
        )

    async def add_pictures(self, page: Page, count: int, *, apart: str = "1 minute") -> None:
        """Rows of stored pictures, as above, whose bytes the page gets without the store."""
        self.database.run(
            """
            INSERT INTO generations (owner_id, prompt, status, result_url, charge, model, quality, phase,
                picture_type, picture_width, picture_height, created_at, finished_at, stored_at)
            SELECT DISTINCT owner_id, 'picture number ' || n, 'succeeded', 'https://files.example/' || n,
                'charged', %s, 'medium', 'drawing', 'image/png', 800, 600, now() - n * %s::interval, now(),
                now()
            FROM login_sessions, generate_series(1, %s::int) AS n
            """,
            MODEL,
            apart,
            count,
        )
        await page.context.route(re.compile("/image"), send_thumbnail)

    def add_run_times(self, *seconds: float) -> None:
        for each in seconds:
            self.database.run(
                "INSERT INTO run_times (model, quality, seconds) VALUES (%s, 'medium', %s)", MODEL, each
            )

    def finish(self) -> None:
        """Let the running prediction end with a picture."""
        self.provider.finish()

    def fail(self) -> None:
        """Let the running prediction end in an error that is nobody's fault."""
        self.provider.emulator.end(self.provider.last_id, "failed", error="something broke (E999)")

    def moderate(self) -> None:
        """Let the running prediction end as the safety filter ends it."""
        self.provider.emulator.end(self.provider.last_id, "failed", error="flagged as sensitive (E005)")


async def start(page: Page, prompt: str) -> None:
    await page.get_by_label("Your prompt").fill(prompt)
    await page.get_by_role("button", name="Generate").click()
    await expect(page.get_by_text("Painting your picture")).to_be_visible()


async def see_picture(page: Page, prompt: str) -> None:
    await expect(page.locator("#run-state img.picture")).to_have_attribute("alt", prompt, timeout=20_000)


async def send_thumbnail(route: Route) -> None:
    await route.fulfill(body=THUMBNAIL, content_type="image/webp")


async def see_failed(page: Page) -> None:
    """What has failed, in place of the pictures."""
    await page.get_by_role("radio", name="Failed").check()


async def come_true(page: Page, script: str, argument: Any = None, *, seconds: float = 30) -> None:
    """Return once `script` gives something true, on this page or the next one at the address.

    Playwright's `wait_for_function` has the page evaluate a text, which its policy refuses.
    """
    deadline = time.monotonic() + seconds
    while not await _value_of(page, script, argument):
        assert time.monotonic() < deadline, f"it did not come true: {script}"
        await asyncio.sleep(0.02)


async def _value_of(page: Page, script: str, argument: Any) -> Any:
    try:
        return await page.evaluate(script, argument)
    except Error as error:
        if "context was destroyed" not in error.message:  # the page is being left
            raise
        return None


async def hide(page: Page, *, hidden: bool) -> None:
    """What a tab learns when another one comes to the front, or it comes back."""
    await page.evaluate(
        """(hidden) => {
            const say = (name, value) =>
                Object.defineProperty(document, name, {get: () => value, configurable: true});
            say("hidden", hidden);
            say("visibilityState", hidden ? "hidden" : "visible");
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


async def widest(page: Page) -> int:
    """How wide the document is, beyond the window or not."""
    width: int = await page.evaluate("document.documentElement.scrollWidth")
    return width


async def too_small(page: Page) -> list[str]:
    """The visible controls that a finger misses: less than 44 px in either direction."""
    found: list[str] = await page.evaluate(
        """() => [...document.querySelectorAll("button, a[href], label.check, summary")]
            .filter((each) => each.checkVisibility() && !each.matches(".skip-link"))
            .map((each) => [each, each.getBoundingClientRect()])
            .filter(([_, box]) => box.width && Math.min(box.width, box.height) < 43.99)
            .map(([each, box]) => `${each.textContent.trim() || each.title} ${box.width}x${box.height}`)"""
    )
    return found


@asynccontextmanager
async def closing(studio: Studio) -> AsyncIterator[Studio]:
    yield studio
    for context in studio.contexts:
        await context.close()


def note_complaints(page: Page, own_url: str, complaints: list[str]) -> list[str]:
    """Collects console errors and requests that leave the site, as they happen."""
    own = re.compile(rf"{re.escape(own_url)}/|data:|blob:")

    def on_console(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(message.text)

    def on_request(request: Request) -> None:
        if not own.match(request.url):
            complaints.append(request.url)

    page.on("console", on_console)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", on_request)
    return complaints
