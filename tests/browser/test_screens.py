"""Every state of the screens, in the light and in the dark: nothing reaches beyond the window.

`make screenshots` keeps what they look like.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page, expect

from tests.browser.studio import GENERATE, Studio, come_true, see_picture, start, widest

pytestmark = pytest.mark.long

HEIGHTS = {360: 740, 768: 1024, 1366: 768, 1440: 900}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
STILL = "[...document.images].every((img) => img.complete) && document.fonts.status === 'loaded'"


@dataclass
class Camera:
    page: Page
    folder: Path
    width: int

    async def take(self, state: str) -> None:
        """The window in both schemes, once its pictures are there."""
        for scheme in SCHEMES:
            await self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            await come_true(self.page, STILL)
            assert await widest(self.page) <= self.width, f"{state}, {scheme}"
            path = self.folder / f"{state}-{self.width}-{scheme}.jpg"
            await self.page.screenshot(path=path, type="jpeg", quality=70)


@pytest.mark.parametrize("width", HEIGHTS)
async def test_every_state_fits_the_window(studio: Studio, screenshots: Path, width: int) -> None:
    size = {"width": width, "height": HEIGHTS[width]}
    page = await studio.visit("/healthz", size=size)
    camera = Camera(page, screenshots, width)
    await page.goto(studio.url + GENERATE)
    await page.get_by_text("Your picture appears here").wait_for()
    await camera.take("first")

    studio.provider.never_finish()
    studio.add_run_times(*[40.0] * 5)
    await start(page, "a lighthouse at dusk over a calm violet sea")
    await expect(page.locator("[aria-current=step]")).to_have_text("Drawing")
    await camera.take("running")
    studio.moderate()
    await page.get_by_role("button", name="Try again").wait_for()
    await camera.take("failed")
    studio.provider.emulator.seconds_to_draw = 0
    await studio.draw(page, "a red balloon above the hills, morning", "the city by the sea at night")
    await start(page, "a lighthouse at dusk over a calm violet sea")
    await see_picture(page, "a lighthouse at dusk over a calm violet sea")
    await page.locator("#run-state .is-decoded").wait_for()
    await camera.take("done")

    await page.locator("#run-state .picture__open").click()
    await page.get_by_role("dialog", name="Picture").wait_for()
    await camera.take("viewer")
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Recent prompts").click()
    await page.locator(".recent__prompt").first.wait_for()
    await camera.take("recent")
    await page.keyboard.press("Escape")
    await page.get_by_role("checkbox", name="Select: the city by the sea at night").check(force=True)
    await page.get_by_role("heading", name="Your pictures").scroll_into_view_if_needed()
    await camera.take("selected")
    await page.keyboard.press("Escape")

    await page.get_by_role("button", name="Sign out").click()
    await page.get_by_role("heading", name="Sign in to Easel").wait_for()
    await camera.take("login")
