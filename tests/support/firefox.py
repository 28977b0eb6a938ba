"""Headless Firefox, as Debian ships it, driven by WebDriver BiDi (https://w3c.github.io/webdriver-bidi).

By hand, as Playwright asks Firefox for a command that its long-term release does not have
(`emulation.setMediaFeaturesOverride`), and Selenium wants a driver that no package registry has.
"""

import asyncio
import json
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.support.browser import TELL_VIOLATIONS, require
from tests.support.waiting import SECONDS

FIREFOX = shutil.which("firefox-esr") or shutil.which("firefox")
START_SECONDS = 30.0
_ADDRESS = re.compile(rb"WebDriver BiDi listening on (ws://\S+)")
# Nothing of its own leaves the machine, and no page is shown on a first start.
_PREFERENCES = """
user_pref("app.normandy.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("browser.startup.homepage_override.mstone", "ignore");
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("extensions.update.enabled", false);
user_pref("app.update.disabledForTesting", true);
user_pref("remote.prefs.recommended", true);
"""
# Of a table in Open Sans that Firefox does without.
_FONT_TABLE = "downloadable font: "
# https://w3c.github.io/webdriver/#keyboard-actions
CONTROL, ENTER = "\ue009", "\ue007"
KEYS = {
    "ArrowDown": "\ue015",
    "ArrowLeft": "\ue012",
    "ArrowRight": "\ue014",
    "ArrowUp": "\ue013",
    "Delete": "\ue017",
    "Enter": ENTER,
    "Escape": "\ue00c",
}


class Firefox:
    """A running browser. Each `tab` is a person's own: cookies and storage are not shared."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._numbers = count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self.complaints: list[str] = []
        """Console errors, errors that no script has caught, and what a page's policy has refused."""

    async def command(self, method: str, **params: Any) -> dict[str, Any]:
        """The result of a BiDi command. Raises `AssertionError` with the browser's error."""
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        return await asyncio.wait_for(answer, START_SECONDS)

    async def tab(self, cookies: dict[str, str] | None = None) -> "Tab":
        """An empty tab of somebody new, with these cookies for 127.0.0.1."""
        person = (await self.command("browser.createUserContext"))["userContext"]
        created = await self.command("browsingContext.create", type="tab", userContext=person)
        for name, value in (cookies or {}).items():
            cookie = {"name": name, "value": {"type": "string", "value": value}, "domain": "127.0.0.1"}
            partition = {"type": "storageKey", "userContext": person}
            await self.command("storage.setCookie", cookie=cookie, partition=partition)
        return Tab(self, created["context"])

    async def listen(self) -> None:
        async for message in self._socket:
            self._take(json.loads(message))

    def _take(self, message: dict[str, Any]) -> None:
        if message.get("method") == "log.entryAdded":
            entry = message["params"]
            if entry["level"] == "error" and not entry["text"].startswith(_FONT_TABLE):
                self.complaints.append(entry["text"])
        answer = self._waiting.pop(message.get("id", 0), None)
        if answer is None or answer.done():
            return
        if message["type"] == "success":
            answer.set_result(message["result"])
        else:
            answer.set_exception(AssertionError(f"{message['error']}: {message['message']}"))


class Tab:
    def __init__(self, firefox: Firefox, context: str) -> None:
        self._firefox = firefox
        self._context = context

    async def goto(self, url: str, *, wait: str = "interactive") -> None:
        await self._firefox.command("browsingContext.navigate", context=self._context, url=url, wait=wait)

    async def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, as JSON has it; true for an element."""
        result = await self._firefox.command(
            "script.evaluate",
            expression="(async () => { const value = await (" + expression + ");"
            " return JSON.stringify(value instanceof Element ? true : (value ?? null)); })()",
            target={"context": self._context},
            awaitPromise=True,
        )
        assert result["type"] == "success", result
        return json.loads(result["result"]["value"])

    async def wait_for(self, expression: str, seconds: float = SECONDS) -> Any:
        """The first value of an expression that is true; a page that is being loaded is waited for."""
        async with asyncio.timeout(seconds):
            while True:
                with suppress(AssertionError):
                    value = await self.evaluate(expression)
                    if value:
                        return value
                await asyncio.sleep(0.02)

    async def type(self, text: str) -> None:
        await self._keys([key for letter in text for key in _tap(letter)])

    async def press(self, *names: str) -> None:
        """Keys by their names, one after the other; a letter is its own name."""
        await self._keys([key for name in names for key in _tap(KEYS.get(name, name))])

    async def press_control(self, name: str) -> None:
        down, up = {"type": "keyDown", "value": CONTROL}, {"type": "keyUp", "value": CONTROL}
        await self._keys([down, *_tap(KEYS.get(name, name)), up])

    async def press_control_enter(self) -> None:
        await self.press_control("Enter")

    async def resize(self, width: int, height: int) -> None:
        """The part of the window that shows the page, in CSS pixels."""
        viewport = {"width": width, "height": height}
        await self._firefox.command("browsingContext.setViewport", context=self._context, viewport=viewport)

    async def back(self) -> None:
        """The browser's Back."""
        await self._firefox.command("browsingContext.traverseHistory", context=self._context, delta=-1)

    async def click(self, selector: str) -> None:
        """A click of the mouse into the middle of an element."""
        await self.evaluate(f"document.querySelector({selector!r}).scrollIntoView({{block: 'center'}})")
        x, y = await self.evaluate(
            f"(() => {{ const r = document.querySelector({selector!r}).getBoundingClientRect();"
            " return [Math.round(r.x + r.width / 2), Math.round(r.y + r.height / 2)]; })()"
        )
        actions = [
            {"type": "pointerMove", "x": x, "y": y},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        await self._perform({"type": "pointer", "id": "mouse", "actions": actions})

    async def close(self) -> None:
        await self._firefox.command("browsingContext.close", context=self._context)

    async def _keys(self, actions: list[dict[str, str]]) -> None:
        await self._perform({"type": "key", "id": "keyboard", "actions": actions})

    async def _perform(self, source: dict[str, Any]) -> None:
        await self._firefox.command("input.performActions", context=self._context, actions=[source])


def _tap(key: str) -> list[dict[str, str]]:
    return [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]


@asynccontextmanager
async def running_firefox() -> AsyncIterator[Firefox]:
    """A browser for the time of the block."""
    path = require("Firefox", FIREFOX, package="firefox-esr")
    with tempfile.TemporaryDirectory(prefix="firefox-") as profile:
        await asyncio.to_thread(Path(profile, "user.js").write_text, _PREFERENCES)
        process = await asyncio.create_subprocess_exec(
            path,
            *("--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"),
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            address = await asyncio.wait_for(_address(process), START_SECONDS)
            async with connect(f"{address}/session", max_size=None) as socket:
                firefox = Firefox(socket)
                listening = asyncio.create_task(firefox.listen())
                await firefox.command("session.new", capabilities={})
                await firefox.command("session.subscribe", events=["log.entryAdded"])
                tells = f"() => {{ {TELL_VIOLATIONS} }}"
                await firefox.command("script.addPreloadScript", functionDeclaration=tells)
                yield firefox
                listening.cancel()
        finally:
            process.terminate()
            await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stderr
    async for line in process.stderr:
        found = _ADDRESS.search(line)
        if found:
            return found[1].decode()
    raise AssertionError("Firefox ended before it listened")
