"""Phases as the provider tells them, and the estimate from this installation's own runs."""

from dataclasses import replace

import pytest

from core import services
from core.services import Estimate
from tests.support.database import TestDatabase
from tests.support.faults import answering, answering_bytes
from tests.support.people import Owner
from tests.support.provider_with_files import Files, ProviderWithFiles
from tests.support.waiting import all_is_done


async def estimate_of(owner: Owner) -> Estimate | None:
    generation = await owner.in_flight()
    assert generation
    standing = await services.get_standing(owner.ctx, id=generation.id, owner_id=owner.id)
    return services.estimate(standing.history)


def add_runs(
    database: TestDatabase,
    *seconds: float,
    model: str = "openai/gpt-image-2",
    quality: str = "medium",
    minutes_ago: float = 0,
) -> None:
    for one in seconds:
        database.run(
            "INSERT INTO run_times (model, quality, seconds, finished_at)"
            " VALUES (%s, %s, %s, now() - make_interval(secs => %s))",
            *(model, quality, one, minutes_ago * 60),
        )


@pytest.fixture
async def running(owner: Owner, provider: ProviderWithFiles) -> Owner:
    provider.never_finish()
    await owner.submit()
    return owner


async def test_nothing_is_estimated_from_fewer_than_five_runs(running: Owner, database: TestDatabase) -> None:
    assert await estimate_of(running) is None
    add_runs(database, 30, 31, 32, 33)
    assert await estimate_of(running) is None
    add_runs(database, 34)
    assert await estimate_of(running) == Estimate(30, 34)


async def test_the_estimate_is_the_middle_of_the_runs(running: Owner, database: TestDatabase) -> None:
    """1 to 51 less a tenth on either side, and not moved by one that took an hour."""
    add_runs(database, *range(1, 51))
    assert await estimate_of(running) == Estimate(5, 46)
    database.run("UPDATE run_times SET seconds = 3600 WHERE seconds = 50")
    assert await estimate_of(running) == Estimate(5, 46)


async def test_only_the_newest_fifty_runs_count(running: Owner, database: TestDatabase) -> None:
    add_runs(database, *[500] * 30, minutes_ago=60)
    add_runs(database, *[20] * 50)
    assert await estimate_of(running) == Estimate(20, 21)


async def test_other_models_and_qualities_do_not_count(running: Owner, database: TestDatabase) -> None:
    add_runs(database, *[500] * 9, model="openai/gpt-image-1.5")
    add_runs(database, *[500] * 9, quality="high")
    assert await estimate_of(running) is None


async def test_a_run_is_counted_once_when_it_succeeds_and_not_when_it_fails(
    owner: Owner, provider: ProviderWithFiles, database: TestDatabase
) -> None:
    generation_id = await owner.make()
    await owner.read(generation_id)
    provider.never_finish()
    await owner.cancel(await owner.submit())
    [run] = database.run("SELECT model, quality, seconds FROM run_times")
    assert (run["model"], run["quality"]) == ("openai/gpt-image-2", "medium")
    assert 0 <= run["seconds"] < 5


def after_a_deploy(owner: Owner, **changes: object) -> Owner:
    """The same person, served with changed settings."""
    settings = owner.ctx.settings.model_copy(update=changes)
    return replace(owner, ctx=replace(owner.ctx, settings=settings))


async def test_a_run_counts_for_the_quality_that_it_was_started_with(
    owner: Owner, provider: ProviderWithFiles, database: TestDatabase
) -> None:
    provider.never_finish()
    generation_id = await owner.submit()
    assert owner.row()["quality"] == "medium"
    later = after_a_deploy(owner, image_quality="high")
    add_runs(database, *[30] * 9)
    add_runs(database, *[500] * 9, quality="high")
    assert await estimate_of(later) == Estimate(30, 31)
    database.run("DELETE FROM run_times")
    provider.emulator.seconds_to_draw = 0
    await later.read(generation_id)
    assert database.run("SELECT quality FROM run_times") == [{"quality": "medium"}]


async def test_a_run_of_a_model_without_qualities_counts_for_the_model(
    owner: Owner, database: TestDatabase
) -> None:
    other = after_a_deploy(owner, replicate_model="acme/painter")
    await other.make()
    assert other.row()["quality"] is None
    [run] = database.run("SELECT model, quality FROM run_times")
    assert (run["model"], run["quality"]) == ("acme/painter", "medium")


async def test_the_age_is_the_databases(running: Owner, database: TestDatabase) -> None:
    database.age(2)
    generation = await running.in_flight()
    assert generation
    standing = await services.get_standing(running.ctx, id=generation.id, owner_id=running.id)
    assert 120 <= standing.age < 125


async def test_the_phases_follow_the_provider(
    owner: Owner, provider: ProviderWithFiles, files: Files
) -> None:
    files.fault = answering_bytes(b"", 500)
    provider.never_finish()
    provider.emulator.seconds_to_start = 1e9
    phases: list[object] = []
    generation_id = await owner.submit()
    phases.append(owner.row()["phase"])
    provider.emulator.seconds_to_start = 0
    await owner.read(generation_id)
    phases.append(owner.row()["phase"])
    provider.emulator.seconds_to_draw = 0
    phases.append((await owner.read(generation_id)).current_phase)
    await all_is_done(owner.ctx)
    assert phases == ["starting", "drawing", "saving"]


async def test_what_nobody_knows_to_have_started_is_waiting(
    owner: Owner, provider: ProviderWithFiles
) -> None:
    provider.emulator.fault = answering(500, method="POST")
    await owner.submit()
    assert owner.row()["phase"] == "waiting"
