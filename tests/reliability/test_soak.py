"""Everything at once, for minutes: 200 people, a sick provider, a database that restarts, kills.

`make soak` lasts ten minutes, on CI one.
"""

import asyncio
import random
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.models import Status
from tests.reliability.report import write_section
from tests.reliability.soak.database import RestartedDatabase, restarted_database
from tests.reliability.soak.people import TIMEOUT_SECONDS, Painter
from tests.reliability.soak.processes import two_processes
from tests.reliability.soak.provider import LONGEST_HANG_SECONDS, FaultyProvider, picture_of
from tests.reliability.soak.verdict import Soak
from tests.support.servers import serve_in_thread, served_settings

OWNERS = 200
SETTLE_SECONDS = 90.0
# More than the 90 seconds after which Easel believes the provider's list: with one minute, each create
# without an answer would end by the time limit instead.
TIME_LIMIT_MINUTES = "2"


async def test_nothing_is_lost_and_nothing_is_paid_twice(pytestconfig: pytest.Config, tmp_path: Path) -> None:
    seconds = pytestconfig.getoption("--soak-seconds")
    seed = pytestconfig.getoption("--soak-seed") or random.randrange(1_000_000)  # noqa: S311
    provider = FaultyProvider(seed)
    with (
        restarted_database(tmp_path / "database") as database,
        serve_in_thread(provider.app()) as url,
        two_processes(tmp_path, settings(database, url, tmp_path)) as processes,
    ):
        soak = Soak(provider, database, processes)
        await live_through(soak, seconds, seed)
        figures, broken = soak.figures(), soak.broken_promises()
    figures = {"seconds, owners, seed": f"{seconds:.0f}, {OWNERS}, {seed}"} | figures
    print(*(f"{name}: {figure}" for name, figure in figures.items()), sep="\n")  # noqa: T201
    assert {promise: found[:10] for promise, found in broken.items() if found} == {}
    if pytestconfig.getoption("--reliability-report"):
        write_section("Soak", "make soak", figures)


def settings(database: RestartedDatabase, provider_url: str, folder: Path) -> dict[str, Any]:
    shared = served_settings(database, provider_url, folder / "shared")
    return shared | {"IN_FLIGHT_TTL_MINUTES": TIME_LIMIT_MINUTES}


async def live_through(soak: Soak, seconds: float, seed: int) -> None:
    """All of it for that long, then calm until everything has settled."""
    # The server keeps an idle connection for 5 seconds: no race for its last use.
    limits = httpx.Limits(max_connections=None, keepalive_expiry=2)
    async with httpx.AsyncClient(limits=limits, timeout=TIMEOUT_SECONDS) as http:
        urls = soak.processes.urls
        painters = [Painter(number, http, urls, soak.diary, seed) for number in range(OWNERS)]
        for painter in painters:
            painter.sign_in(soak.database)
        await disturb(soak, painters, seconds)
        soak.overlapping = overlapping_owners(soak.database)
        await settle(soak.database)
        soak.wrong_pictures = await look_at_all_pictures(painters, soak.database)


async def disturb(soak: Soak, painters: list[Painter], seconds: float) -> None:
    is_over = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for painter in painters:
            group.create_task(painter.live(is_over))
        group.create_task(soak.processes.note_memory(is_over))
        group.create_task(soak.processes.kill_again_and_again(is_over))
        group.create_task(restart_twice(soak.database, seconds))
        await asyncio.sleep(seconds)
        soak.provider.recover()
        is_over.set()


async def restart_twice(database: RestartedDatabase, seconds: float) -> None:
    await asyncio.sleep(seconds / 4)
    await database.restart("fast")
    await asyncio.sleep(seconds / 2)
    await database.restart("immediate")


def overlapping_owners(database: RestartedDatabase) -> list[str]:
    """With a second's grace, as a row's times are those at which its transactions began."""
    rows = database.run(
        "SELECT DISTINCT owner_id FROM generations a JOIN generations b USING (owner_id)"
        " WHERE a.id <> b.id AND a.created_at <= b.created_at"
        " AND coalesce(a.finished_at, now()) > b.created_at + interval '1 second'"
    )
    return [str(row["owner_id"]) for row in rows]


async def settle(database: RestartedDatabase) -> None:
    """Wait until nothing is left to do; not for ever: the verdict says if something is."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline and database.run("SELECT 1 FROM generations_to_settle LIMIT 1"):
        hurry(database)
        await asyncio.sleep(3)


def hurry(database: RestartedDatabase) -> None:
    """Minutes later: the loop's time has come, and the orphan's grace is over, unless its create may hang."""
    database.run(
        "UPDATE generations SET created_at = now() - interval '100 seconds' WHERE status = 'processing'"
        " AND external_id IS NULL AND created_at > now() - interval '90 seconds'"
        " AND created_at < now() - make_interval(secs => %s)",
        LONGEST_HANG_SECONDS + 10,
    )
    database.make_due()


async def look_at_all_pictures(painters: list[Painter], database: RestartedDatabase) -> list[str]:
    """The succeeded generations whose picture is not the one that the provider drew."""
    found = await asyncio.gather(*(look_at_own_pictures(painter, database) for painter in painters))
    return [wrong for one in found for wrong in one]


async def look_at_own_pictures(painter: Painter, database: RestartedDatabase) -> list[str]:
    rows = [row for row in database.generations(painter.owner_id) if row["status"] == Status.SUCCEEDED]
    seen = {row["id"]: await painter.look_at(row["id"]) for row in rows}
    return [str(row["id"]) for row in rows if seen[row["id"]] != picture_of(drawn_for(row))]


def drawn_for(row: dict[str, Any]) -> str:
    """The prediction whose picture it is; a late picture's row has no `external_id`."""
    return Path(row["result_url"]).stem
