"""The screens in Firefox: recall, the viewer, many at once, and every width in light and dark."""

import asyncio

import httpx
import pytest

from tests.browser.studio import GENERATE
from tests.firefox.test_journey import click_button, sign_in, tile, write_and_press
from tests.support.database import TestDatabase
from tests.support.firefox import Tab, running_firefox
from tests.support.servers import EaselProcess

WIDTHS = {360: 740, 768: 1024, 1366: 768, 1440: 900}
BOX = "document.getElementById('prompt')"
SELECTED = "document.querySelector('[role=group][aria-label=\"Selected pictures\"]')?.textContent ?? ''"


async def draw(url: str, *prompts: str) -> None:
    """Pictures of the demo user, one after the other, without the screen."""
    async with httpx.AsyncClient(base_url=url, headers={"Origin": url}) as http:
        await http.post("/auth/demo")
        for prompt in prompts:
            reply = await http.post(
                "/api/v1/generations/submit", json={"prompt": prompt}, headers={"Prefer": "wait=20"}
            )
            generation = reply.raise_for_status().json()["data"]
            for _ in range(200):
                if "thumb_url" in generation:
                    break
                await asyncio.sleep(0.05)
                reply = await http.get(f"/api/v1/generations/{generation['id']}")
                generation = reply.raise_for_status().json()["data"]
            assert "thumb_url" in generation


async def see_pictures(tab: Tab, count: int) -> None:
    await tab.wait_for(f"document.querySelectorAll('.tile__open').length === {count}")


async def see_value(tab: Tab, text: str) -> None:
    await tab.wait_for(f"{BOX}.value === {text!r}")


@pytest.mark.usefixtures("database", "provider")
async def test_prompts_come_back_in_firefox(served_easel: EaselProcess) -> None:
    async with running_firefox() as firefox:
        tab = await firefox.tab()
        await sign_in(tab, served_easel.url)
        for prompt in ("a red kite", "a blue kite"):
            await write_and_press(tab, prompt)
            await tab.wait_for(f"document.querySelector({tile(prompt)})")
        await tab.evaluate(f"{BOX}.select()")
        await tab.press("Delete")
        for key, text in (
            *(("ArrowUp", "a blue kite"), ("ArrowUp", "a red kite")),
            *(("ArrowDown", "a blue kite"), ("ArrowDown", "")),
        ):
            await tab.press(key)
            await see_value(tab, text)
        await tab.click(".recent__open")
        await tab.wait_for("document.activeElement?.type === 'search'")
        await tab.type("RED")
        await tab.wait_for("document.querySelectorAll('.recent__prompt').length === 1")
        await tab.press("ArrowDown", "Enter")
        await see_value(tab, "a red kite")
        assert firefox.complaints == []


@pytest.mark.usefixtures("provider")
async def test_the_viewer_and_many_at_once_in_firefox(
    served_easel: EaselProcess, database: TestDatabase
) -> None:
    await draw(served_easel.url, "a red kite", "a green kite", "a blue kite")
    async with running_firefox() as firefox:
        tab = await firefox.tab()
        await sign_in(tab, served_easel.url)
        await see_pictures(tab, 3)
        await tab.click(".tile__open")
        await tab.wait_for("document.querySelector('.viewer[open] img')?.alt === 'a blue kite'")
        await tab.press("ArrowRight")
        await tab.wait_for("document.querySelector('.viewer[open] img')?.alt === 'a green kite'")
        await tab.back()
        await tab.wait_for("!document.querySelector('.viewer[open]')")
        assert await tab.evaluate(f"location.pathname === '{GENERATE}'")
        await tab.wait_for("document.activeElement?.ariaLabel === 'a green kite'")
        await tab.press("ArrowRight")
        await tab.wait_for("document.activeElement?.ariaLabel === 'a red kite'")
        await tab.press_control("a")
        await tab.wait_for(f"({SELECTED}).includes('3 selected')")
        await click_button(tab, "Delete")
        await see_pictures(tab, 0)
        await click_button(tab, "Undo")
        await see_pictures(tab, 3)
        assert firefox.complaints == []
    assert len(database.generations()) == 3


@pytest.mark.usefixtures("database", "provider")
async def test_nothing_is_wider_than_the_window_in_firefox(served_easel: EaselProcess) -> None:
    await draw(served_easel.url, "a red kite over the sea in the evening", "a green kite")
    async with running_firefox() as firefox:
        tab = await firefox.tab()
        await tab.goto(f"{served_easel.url}/login")
        await tab.wait_for("document.querySelector('[action^=\"/auth/demo\"] button')")
        await see_that_it_fits(tab, "/login")
        await sign_in(tab, served_easel.url)
        for path in (GENERATE, "/dashboard", "/account", "/admin"):
            await tab.goto(served_easel.url + path)
            await tab.wait_for("document.querySelector('.theme-switch')")
            await see_that_it_fits(tab, path)
        assert firefox.complaints == []


async def see_that_it_fits(tab: Tab, path: str) -> None:
    """At every width, in light and dark, from left to right and from right to left."""
    for theme in ("light", "dark"):
        for direction in ("ltr", "rtl"):
            await tab.evaluate(
                f"Object.assign(document.documentElement, {{dir: {direction!r}}}).dataset.theme = {theme!r}"
            )
            for width, height in WIDTHS.items():
                await tab.resize(width, height)
                wider = await tab.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert wider <= 0, f"{path} at {width} px, {theme}, {direction}: {wider} px too wide"
