"""Pages of people in a real browser, before a fleet."""

from dataclasses import dataclass, field

from playwright.async_api import Browser, Frame, Page, expect

from tests.browser.studio import GENERATE, start
from tests.hosting.fleet import SESSION_COOKIE, Fleet

# As where a firewall lets none through: each fails, and the page polls.
NO_WEB_SOCKETS = """
window.WebSocket = class {
    constructor() {
        setTimeout(() => this.onerror(new Event("error")));
    }
    close() {}
};
"""
BACK_SECONDS = 5.0
PICTURE_SECONDS = 40.0
DRAFT = "a blue kite over the sea"
PROMPT = "a red kite"


@dataclass
class Screen:
    """Somebody's page with a run and, in the box, the draft of the next prompt; `loads` are its loadings."""

    page: Page
    loads: list[str] = field(default_factory=list)

    @property
    async def port(self) -> int:
        """Of the process that built what is shown now."""
        return int(await self.page.evaluate("window.socket.io.opts.query.process"))

    async def expect_draft_and_run(self, seconds: float) -> None:
        milliseconds = seconds * 1000
        await expect(self.page.get_by_text("Painting your picture")).to_be_visible(timeout=milliseconds)
        await expect(self.page.get_by_label("Your prompt")).to_have_value(DRAFT, timeout=milliseconds)

    async def expect_picture(self) -> None:
        """A run that takes long is asked for every ten seconds alone."""
        picture = self.page.locator("#run-state img.picture")
        await expect(picture).to_have_attribute("alt", PROMPT, timeout=PICTURE_SECONDS * 1000)


async def open_screen(browser: Browser, fleet: Fleet, *, script: str = "") -> Screen:
    """The page of somebody new, who has started a run and begun to type the next prompt."""
    _, cookie = fleet.welcome()
    context = await browser.new_context(ignore_https_errors=True)
    token = cookie["Cookie"].partition("=")[2]
    await context.add_cookies(
        [{"name": SESSION_COOKIE, "value": token, "url": fleet.url, "secure": True, "httpOnly": True}]
    )
    screen = Screen(await context.new_page())
    screen.page.on("framenavigated", lambda frame: _note(screen, frame))
    if script:
        await screen.page.add_init_script(script)
    await screen.page.goto(fleet.url + GENERATE)
    await start(screen.page, PROMPT)
    await screen.page.get_by_label("Your prompt").fill(DRAFT)
    return screen


def _note(screen: Screen, frame: Frame) -> None:
    if frame is screen.page.main_frame:
        screen.loads.append(frame.url)
