"""What an administrator does at one process is in force at the other at once."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from tests.support.database import TestDatabase
from tests.support.provider import EmulatedProvider
from tests.support.servers import EaselProcess, served_settings

SUBMIT = "/api/v1/generations/submit"
ME = "/api/v1/me"
AT_ONCE = 1.0

Processes = tuple[EaselProcess, EaselProcess]


@pytest.fixture
def processes(tmp_path: Path, database: TestDatabase, provider: EmulatedProvider) -> Iterator[Processes]:
    provider.never_finish()
    settings = served_settings(database, provider.url, tmp_path / "data") | {"GENERATIONS_PER_DAY": "1"}
    with EaselProcess(tmp_path, **settings) as first, EaselProcess(tmp_path, **settings) as second:
        yield first, second


@asynccontextmanager
async def somebody(
    process: EaselProcess, database: TestDatabase, owner_id: UUID
) -> AsyncIterator[httpx.AsyncClient]:
    token = uuid4().hex
    database.sign_in(token, owner_id)
    async with httpx.AsyncClient(base_url=process.url, cookies={"easel_session": token}, timeout=40) as http:
        yield http


async def test_a_pause_a_block_and_a_limit_hold_at_the_other_process(
    processes: Processes, database: TestDatabase
) -> None:
    ada = uuid4()
    async with (
        somebody(processes[0], database, uuid4()) as boss,
        somebody(processes[0], database, ada) as here,
        somebody(processes[1], database, ada) as there,
    ):
        [boss_id] = database.run("SELECT owner_id FROM login_sessions WHERE owner_id <> %s", ada)
        database.run("UPDATE login_sessions SET is_admin = true WHERE owner_id = %s", boss_id["owner_id"])
        assert (await boss.post("/api/v1/admin/pause")).status_code == 200
        paused = await there.post(SUBMIT, json={"prompt": "a"})
        assert (paused.status_code, paused.json()["error"]["code"]) == (503, "PAUSED")
        assert (await boss.post("/api/v1/admin/resume")).status_code == 200

        running = (await here.post(SUBMIT, json={"prompt": "a"})).json()["data"]["id"]
        database.run("UPDATE generations SET status = 'failed', charge = 'charged', finished_at = now()")
        used_up = await there.post(SUBMIT, json={"prompt": "b"})
        assert (used_up.status_code, used_up.json()["error"]["code"]) == (402, "NO_CREDITS")

        database.run("UPDATE generations SET status = 'processing', charge = NULL, finished_at = NULL")
        held = asyncio.create_task(there.get(f"/api/v1/generations/{running}", headers={"Prefer": "wait=30"}))
        await asyncio.sleep(0)
        assert (await there.get(ME)).status_code == 200
        assert (await boss.post(f"/api/v1/admin/people/{ada}/block")).status_code == 200
        blocked_at = time.monotonic()
        assert (await there.get(ME)).status_code == 401
        assert (await held).status_code == 401
        assert time.monotonic() - blocked_at < AT_ONCE
