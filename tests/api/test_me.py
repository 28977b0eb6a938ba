"""`GET /api/v1/me`."""

from collections.abc import AsyncIterator

import pytest

from core.settings import Settings
from tests.api.envelopes import SUBMIT, data_of, error_of
from tests.support.application import Started, client_for, started_app
from tests.support.database import TestDatabase
from tests.support.people import SignedIn, signed_in

ME = "/api/v1/me"


@pytest.mark.asvs("15.3.1")
async def test_without_a_limit_there_is_no_allowance(ada: SignedIn) -> None:
    me = data_of(await ada.http.get(ME))
    assert me == {
        "name": "Ada",
        "email": "ada@people.test",
        "is_admin": False,
        "price_usd": 0.047,
        "allowance": None,
    }


@pytest.fixture
async def limited(settings: Settings, database: TestDatabase) -> AsyncIterator[Started]:
    changed = settings.model_copy(update={"generations_per_day": 1})
    async with started_app(changed, database) as started:
        yield started


async def test_it_tells_what_is_left_of_the_day(limited: Started) -> None:
    async with signed_in(limited.app, limited.ctx, "ada") as ada:
        before = data_of(await ada.http.get(ME))["allowance"]
        assert (before["limit"], before["used"], before["left"]) == (1, 0, 1)
        await ada.http.post(SUBMIT, json={"prompt": "a red kite"})
        after = data_of(await ada.http.get(ME))["allowance"]
        assert (after["used"], after["left"]) == (1, 0)
        assert after["resets_at"].endswith("T00:00:00Z")
        generation_id = data_of(await ada.http.get("/api/v1/generations"))["items"][0]["id"]
        await ada.http.get(f"/api/v1/generations/{generation_id}")
        refused = error_of(await ada.http.post(SUBMIT, json={"prompt": "another"}), 402, "NO_CREDITS")
        assert refused["details"] == {"limit": 1, "used": 1, "resets_at": refused["details"]["resets_at"]}


async def test_a_program_of_ada_is_told_the_same_but_is_no_administrator(
    started: Started, ada: SignedIn, database: TestDatabase
) -> None:
    database.run("UPDATE login_sessions SET is_admin = true")
    assert data_of(await ada.http.get(ME))["is_admin"]
    wanted = {"name": "a", "scopes": ["read"], "expires_in_days": 1}
    token = data_of(await ada.http.post("/api/v1/tokens", json=wanted))["token"]
    async with client_for(started.app) as program:
        program.headers["Authorization"] = f"Bearer {token}"
        assert data_of(await program.get(ME)) | {"is_admin": True} == data_of(await ada.http.get(ME))
    async with client_for(started.app) as stranger:
        error_of(await stranger.get(ME), 401, "UNAUTHENTICATED")
