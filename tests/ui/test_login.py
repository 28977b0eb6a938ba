"""Pages that anybody may open, as often as they like, and never look at."""

import httpx
import pytest
from nicegui import Client

from tests.support.people import SignedIn
from ui.unseen_pages import (
    MAX_OF_A_PERSON,
    MAX_OF_STRANGERS,
    MAX_SEEN_OF_A_PERSON,
    MAX_SEEN_OF_STRANGERS,
    make_room,
)


@pytest.mark.parametrize("path", ["/login", "/", "/dashboard", "/dashboard/generate"])
async def test_strangers_pages_make_room_for_others(http: httpx.AsyncClient, path: str) -> None:
    for _ in range(MAX_OF_STRANGERS + 20):
        assert (await http.get(path)).status_code in {200, 303}
    assert len(Client.instances) == MAX_OF_STRANGERS


async def test_a_forged_cookie_makes_nobody_a_person(http: httpx.AsyncClient) -> None:
    for number in range(MAX_OF_STRANGERS + 20):
        await http.get("/dashboard", headers={"Cookie": f"easel_session={number}"})
    assert len(Client.instances) == MAX_OF_STRANGERS


async def test_one_persons_pages_make_room_for_their_own_only(ada: SignedIn, ben: SignedIn) -> None:
    await ben.http.get("/dashboard")
    [of_ben] = Client.instances
    for _ in range(MAX_OF_A_PERSON + 5):
        assert (await ada.http.get("/dashboard")).status_code == 200
    assert len(Client.instances) == MAX_OF_A_PERSON + 1
    assert of_ben in Client.instances


@pytest.mark.parametrize("who", ["strangers", "a person"])
async def test_pages_that_are_kept_open_make_room_too(
    who: str, http: httpx.AsyncClient, ada: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (MAX_SEEN_OF_STRANGERS, MAX_SEEN_OF_A_PERSON) == (1000, 500)
    for name in ("MAX_SEEN_OF_STRANGERS", "MAX_SEEN_OF_A_PERSON"):
        monkeypatch.setitem(make_room.__globals__, name, 10)
    client, path = (ada.http, "/dashboard") if who == "a person" else (http, "/login")
    for _ in range(15):
        await client.get(path)
        for page in Client.instances.values():
            page.environ = {"a browser": "has connected"}
    assert len(Client.instances) == 11
