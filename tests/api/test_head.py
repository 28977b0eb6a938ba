"""HEAD wherever GET is: the same head, and nothing more."""

import asyncio
import re

import httpx
import pytest
from nicegui import Client, background_tasks

from core.context import Context
from core.settings import Settings
from tests.api.envelopes import SUBMIT, data_of
from tests.support.application import client_for, make_settings, started_app
from tests.support.database import TestDatabase
from tests.support.people import SignedIn
from tests.support.waiting import all_is_done
from ui.assets import asset_url

LIST = "/api/v1/generations"
NOBODYS = f"{LIST}/00000000-0000-4000-8000-000000000000"
OWN = {"x-request-id", "date", "set-cookie"}
"""Headers of this one answer."""

FOR_ANYBODY = {
    "/": 303,
    "/login": 200,
    "/dashboard": 303,
    "/dashboard/generate": 303,
    "/theme": 200,
    "/nothing": 404,
    "/healthz": 200,
    "/api/docs": 200,
    "/api/openapi.json": 200,
    "/api/docs/static/swagger-ui.css": 200,
    "/api/nothing": 404,
    "/assets/nothing.css": 404,
    "/auth/logout": 405,
    LIST: 401,
    SUBMIT: 405,
}


def head_of(response: httpx.Response) -> dict[str, str]:
    """Without what is of each answer, such as the nonce of a page."""
    headers = {name: value for name, value in response.headers.items() if name not in OWN}
    return {name: re.sub(r"'nonce-[\w-]+'", "'nonce'", value) for name, value in headers.items()}


async def expect_same(http: httpx.AsyncClient, path: str, status: int, **headers: str) -> None:
    got = await http.get(path, headers=headers)
    asked = await http.head(path, headers=headers)
    assert (asked.status_code, got.status_code) == (status, status)
    assert head_of(asked) == head_of(got)
    assert asked.content == b""


async def test_the_head_is_that_of_a_get(http: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    for path, status in {**FOR_ANYBODY, asset_url("app.css"): 200}.items():
        with subtests.test(path):
            await expect_same(http, path, status)


async def test_the_length_is_told(ada: SignedIn) -> None:
    for path in ("/login", "/dashboard/generate", "/healthz", LIST, asset_url("app.css")):
        plain = {"Accept-Encoding": "identity"}
        got = await ada.http.get(path, headers=plain)
        asked = await ada.http.head(path, headers=plain)
        assert asked.headers["Content-Length"] == str(len(got.content))


async def test_readyz_answers_too(http: httpx.AsyncClient) -> None:
    """Its length is not the same twice: it tells the lag of the moment."""
    assert (await http.head("/readyz")).status_code == 200


async def test_what_is_ones_own_has_a_head_too(
    ada: SignedIn, ben: SignedIn, ctx: Context, subtests: pytest.Subtests
) -> None:
    made = f"{LIST}/{data_of(await ada.http.post(SUBMIT, json={'prompt': 'a cat'}))['id']}"
    await ada.http.get(made)
    await all_is_done(ctx)
    etag = (await ada.http.get(f"{made}/image")).headers["ETag"]
    for path, status, headers in [
        (LIST, 200, {}),
        (f"{LIST}?limit=0", 400, {}),
        (made, 200, {}),
        (f"{made}/cancel", 405, {}),
        (NOBODYS, 404, {}),
        (f"{made}/image", 200, {}),
        (f"{made}/image?size=thumb", 200, {}),
        (f"{made}/image", 304, {"If-None-Match": etag}),
        (f"{made}/image", 206, {"Range": "bytes=0-9"}),
        (f"{made}/image", 416, {"Range": "bytes=99999999-"}),
        (f"{made}/image", 200, {"Range": "bytes=0-9", "If-Range": '"other"'}),
        ("/dashboard", 200, {}),
        ("/dashboard/generate", 200, {}),
    ]:
        with subtests.test(f"{path} {headers}"):
            await expect_same(ada.http, path, status, **headers)
    assert (await ben.http.head(f"{made}/image")).status_code == 404


async def test_the_demos_pictures_have_a_head(settings: Settings, database: TestDatabase) -> None:
    demo = make_settings(replicate_api_token=None, data_dir=settings.data_dir)
    async with started_app(demo, database) as started, client_for(started.app) as http:
        await expect_same(http, "/demo/files/none.png", 404)
        assert (await http.post("/demo/files/none.png")).headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("path", ["/", "/login", "/dashboard", "/dashboard/generate", "/nothing"])
async def test_a_page_that_nobody_will_look_at_is_not_kept(
    ada: SignedIn, http: httpx.AsyncClient, path: str
) -> None:
    await ada.http.get("/dashboard")  # somebody's page stays
    kept, running = set(Client.instances), set(background_tasks.running_tasks)
    for visitor in (ada.http, http):
        await visitor.head(path)
    assert set(Client.instances) == kept
    assert len(kept) == 1
    async with asyncio.timeout(5):
        await asyncio.gather(*(set(background_tasks.running_tasks) - running), return_exceptions=True)


async def test_a_page_that_fails_is_not_kept_either(ada: SignedIn, monkeypatch: pytest.MonkeyPatch) -> None:
    async def explode(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("core.services.find_page", explode)
    assert (await ada.http.head("/dashboard/generate")).status_code == 500
    assert Client.instances == {}


async def test_the_socket_of_the_pages_is_not_opened(http: httpx.AsyncClient) -> None:
    assert (await http.head("/_nicegui_ws/socket.io/?EIO=4&transport=polling")).status_code == 405
