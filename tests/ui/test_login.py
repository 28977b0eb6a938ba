"""The page that anybody may open, as often as they like."""

import httpx
import pytest
from nicegui import Client

from ui.pages import login


async def test_pages_that_nobody_looks_at_make_room_for_others(
    http: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "MANY_PAGES", 5)
    monkeypatch.setattr(login, "UNSEEN_SECONDS", 60.0)
    for _ in range(10):
        assert (await http.get("/login")).status_code == 200
    assert len(Client.instances) >= 10
    monkeypatch.setattr(login, "UNSEEN_SECONDS", 0.0)
    await http.get("/login")
    assert len(Client.instances) <= 2
