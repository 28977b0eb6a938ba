"""The month's budget, exact however many processes submit at once."""

import asyncio
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from tests.support.database import TestDatabase
from tests.support.provider import EmulatedProvider
from tests.support.servers import EaselProcess, served_settings

SUBMIT = "/api/v1/generations/submit"
PEOPLE, ROOM, PROCESSES = 200, 50, 4


@pytest.mark.asvs("2.3.4")
async def test_200_people_over_4_processes_have_room_for_exactly_50(
    tmp_path: Path, database: TestDatabase, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    settings = served_settings(database, provider.url, tmp_path / "data")
    settings |= {"BUDGET_USD_PER_MONTH": "2.50", "PRICE_USD": "0.05"}
    processes = [EaselProcess(tmp_path, **settings) for _ in range(PROCESSES)]
    try:
        for process in processes:
            process.wait_until_ready()
        people = [uuid4().hex for _ in range(PEOPLE)]
        for token in people:
            database.sign_in(token)
        async with httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=None)) as http:
            presses = [
                http.post(
                    f"{processes[at % PROCESSES].url}{SUBMIT}",
                    json={"prompt": "a red kite"},
                    headers={"Cookie": f"easel_session={token}"},
                )
                for at, token in enumerate(people)
            ]
            replies = await asyncio.gather(*presses)
    finally:
        for process in processes:
            process.stop()
    assert provider.creates == ROOM
    assert sorted(reply.status_code for reply in replies) == [200] * ROOM + [402] * (PEOPLE - ROOM)
    refused = next(reply.json()["error"] for reply in replies if reply.status_code == 402)
    assert refused["code"] == "BUDGET_REACHED"
    [spent] = database.run("SELECT reserved_usd, charged_usd FROM spending")
    assert (spent["reserved_usd"], spent["charged_usd"]) == (Decimal("2.50"), 0)
