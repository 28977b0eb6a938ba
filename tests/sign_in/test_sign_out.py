"""Signing out: the login session ends where it is kept, not only in the browser."""

import httpx
import pytest

from tests.sign_in.flow import is_signed_in, sign_in
from tests.sign_in.test_demo import FROM_ANOTHER_SITE
from tests.support.database import TestDatabase


async def test_signing_out_makes_the_cookie_worthless(
    browser: httpx.AsyncClient, other_browser: httpx.AsyncClient, database: TestDatabase
) -> None:
    await sign_in(browser)
    await sign_in(other_browser)  # the same person elsewhere, who stays signed in
    old_token = browser.cookies["easel_session"]

    answer = await browser.post("/auth/logout")

    assert (answer.status_code, answer.headers["location"]) == (303, "/login")
    assert "easel_session" not in browser.cookies
    browser.cookies.set("easel_session", old_token)
    assert not await is_signed_in(browser)
    page = await browser.get("/dashboard/generate")
    assert page.headers["location"].startswith("/login")
    assert await is_signed_in(other_browser)
    assert len(database.run("SELECT * FROM login_sessions")) == 1


@pytest.mark.parametrize("token", [None, "", "forged", "\xe9", "a" * 5000])
async def test_signing_out_without_a_login_session_is_no_error(
    token: str | None, browser: httpx.AsyncClient
) -> None:
    headers = [(b"Cookie", f"easel_session={token}".encode("latin-1"))] if token is not None else []
    answer = await browser.post("/auth/logout", headers=headers)
    assert (answer.status_code, answer.headers["location"]) == (303, "/login")


@pytest.mark.parametrize("headers", FROM_ANOTHER_SITE)
async def test_another_site_cannot_sign_its_visitors_out(
    headers: dict[str, str], browser: httpx.AsyncClient
) -> None:
    await sign_in(browser)
    assert (await browser.post("/auth/logout", headers=headers)).status_code == 403
    assert await is_signed_in(browser)


async def test_a_link_cannot_sign_out(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    assert (await browser.get("/auth/logout")).status_code == 405
    assert await is_signed_in(browser)
