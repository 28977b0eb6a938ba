"""A submit that is interrupted: a prediction that was started is never forgotten."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from itertools import count
from uuid import UUID

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncSession

from core.context import Context
from core.database.engine import Database
from core.errors import ServiceUnavailable
from core.services import submit as submitting
from tests.support.database import TestDatabase
from tests.support.faults import on_arrival
from tests.support.people import Owner
from tests.support.provider import EmulatedProvider

CUT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'easel_app'"


class BlinkingDatabase(Database):
    """Is away for the next `failures` transactions."""

    failures = 0

    @asynccontextmanager
    async def transaction(
        self, owner_id: UUID | None = None, *, login_token_hash: bytes | None = None
    ) -> AsyncIterator[AsyncSession]:
        if self.failures:
            self.failures -= 1
            raise ServiceUnavailable
        async with super().transaction(owner_id, login_token_hash=login_token_hash) as session:
            yield session


@pytest.fixture
async def blinking(owner: Owner, database: TestDatabase) -> AsyncIterator[BlinkingDatabase]:
    """The owner's database; it can be told to be away."""
    blinking = BlinkingDatabase(database.serving_url)
    owner.ctx = replace(owner.ctx, database=blinking)
    yield blinking
    await blinking.close()


@pytest.mark.asvs("2.3.3", "16.5.3")
async def test_a_database_that_is_away_before_the_start_spends_nothing(
    owner: Owner, provider: EmulatedProvider, blinking: BlinkingDatabase
) -> None:
    blinking.failures = 1
    with pytest.raises(ServiceUnavailable):
        await owner.submit()
    assert provider.creates == 0


async def test_a_database_that_blinks_when_the_id_is_saved_is_waited_for(
    owner: Owner,
    provider: EmulatedProvider,
    blinking: BlinkingDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(submitting, "_SAVE_PAUSES_SECONDS", (0, 0.01, 0.01, 0.01))
    provider.emulator.fault = on_arrival(lambda: setattr(blinking, "failures", 2))
    generation_id = await owner.submit()
    provider.emulator.fault = None
    assert owner.rows()[0]["external_id"] == provider.last_id
    assert (await owner.read(generation_id)).result_url


async def test_the_id_that_could_not_be_saved_is_logged_for_whoever_runs_the_site(
    owner: Owner,
    provider: EmulatedProvider,
    blinking: BlinkingDatabase,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(submitting, "_SAVE_PAUSES_SECONDS", (0, 0.01))
    provider.emulator.fault = on_arrival(lambda: setattr(blinking, "failures", 2))
    generation_id = await owner.submit()
    [row] = owner.rows()
    assert (row["id"], row["status"], row["external_id"]) == (generation_id, "processing", None)
    assert caplog.records[-1].levelno == logging.ERROR
    assert provider.last_id in caplog.text


def test_a_database_that_restarts_is_waited_for_some_seconds() -> None:
    assert 5 < sum(submitting._SAVE_PAUSES_SECONDS) < 15


async def test_connections_that_are_cut_during_the_start_are_replaced(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    cut: list[int] = []
    provider.emulator.fault = on_arrival(lambda: cut.append(len(database.run(CUT))))
    await owner.submit()
    assert cut[0] > 0
    assert owner.rows()[0]["external_id"] == provider.last_id


async def test_a_caller_who_leaves_during_the_start_loses_nothing(
    quiet_ctx: Context, owner: Owner, provider: EmulatedProvider
) -> None:
    loop = asyncio.get_running_loop()

    async def leave() -> None:
        loop.call_soon_threadsafe(submit.cancel)
        await asyncio.sleep(0.1)

    provider.emulator.fault = on_arrival(leave)
    submit = asyncio.create_task(owner.submit())
    with pytest.raises(asyncio.CancelledError):
        await submit
    await quiet_ctx.close()
    assert [row["external_id"] for row in owner.rows()] == [provider.last_id]


@pytest.mark.asvs("2.3.3")
@pytest.mark.parametrize("nth", [1, 2, 3])
async def test_a_caller_who_leaves_during_a_commit_leaves_no_row_that_nobody_started(
    quiet_ctx: Context, owner: Owner, provider: EmulatedProvider, nth: int
) -> None:
    commits = count(1)

    def leave(_: Connection) -> None:
        if next(commits) == nth:
            submit.cancel()

    event.listen(quiet_ctx.database.engine.sync_engine, "commit", leave)
    submit = asyncio.create_task(owner.submit())
    with suppress(asyncio.CancelledError):
        await submit
    await quiet_ctx.close()
    assert [row["external_id"] for row in owner.rows()] == list(provider.emulator.predictions)
