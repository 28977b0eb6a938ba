"""Pages that anybody may open, as often as they like, and never look at."""

import httpx
import pytest
from nicegui import Client

from tests.support.people import SignedIn
from ui.unseen_pages import MAX_OF_A_PERSON, MAX_OF_STRANGERS


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
