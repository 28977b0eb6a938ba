"""Pictures that cannot be stored: `/readyz`, the log, and the list tell, until they are."""

import logging
from dataclasses import replace
from pathlib import Path

import pytest

from core.context import Context
from core.limits import PictureLimits
from core.pictures import waiting
from core.services.upkeep import Upkeep
from core.settings import Settings
from tests.api.envelopes import data_of
from tests.support.application import BASE_URL, Started
from tests.support.database import TestDatabase
from tests.support.faults import answering_bytes
from tests.support.limits import with_limits
from tests.support.people import Owner, SignedIn
from tests.support.provider_with_files import Files


@pytest.fixture
async def ada_makes(started: Started, ada: SignedIn, database: TestDatabase) -> Owner:
    """Ada, in an application whose loop does not run by itself."""
    started.upkeep.stop()
    return Owner(started.ctx, database, ada.owner_id)


def fill(folder: Path) -> None:
    """Nothing can be written to it any more."""
    folder.rmdir()
    folder.write_text("a file is in the way")


def empty(folder: Path) -> None:
    folder.unlink()
    folder.mkdir()


@pytest.fixture
def folder(settings: Settings) -> Path:
    return settings.data_dir / "pictures"


async def readiness(person: SignedIn) -> dict[str, object]:
    """What `/readyz`, which is ready all the time, says of the pictures."""
    told = data_of(await person.http.get("/readyz"))
    assert told["status"] == "ok"
    return dict(told["pictures"])


async def test_readiness_tells_since_when_and_how_many(ada: SignedIn, ada_makes: Owner, folder: Path) -> None:
    assert await readiness(ada) == {"failing_since": None, "waiting": 0}
    fill(folder)
    await ada_makes.make()
    first = await readiness(ada)
    await ada_makes.make()
    second = await readiness(ada)
    assert (first["waiting"], second["waiting"]) == (1, 2)
    assert first["failing_since"]
    assert first["failing_since"] == second["failing_since"]
    empty(folder)
    await ada_makes.settle()
    assert await readiness(ada) == {"failing_since": None, "waiting": 0}


async def test_what_another_process_has_stored_does_not_wait_here(
    ada: SignedIn, ada_makes: Owner, files: Files, quiet_ctx: Context
) -> None:
    files.fault = answering_bytes(b"", 500)
    await ada_makes.make()
    assert (await readiness(ada))["waiting"] == 1
    files.fault = None
    await replace(ada_makes, ctx=quiet_ctx).settle()
    assert await readiness(ada) == {"failing_since": None, "waiting": 0}


@pytest.mark.parametrize(
    "statement",
    ["UPDATE generations SET given_up_at = now()", "DELETE FROM generations"],
    ids=["lost", "deleted"],
)
async def test_what_another_process_has_settled_does_not_wait_here(
    ada: SignedIn, ada_makes: Owner, files: Files, statement: str
) -> None:
    files.fault = answering_bytes(b"", 500)
    await ada_makes.make()
    assert (await readiness(ada))["waiting"] == 1
    ada_makes.database.run(statement)
    assert await readiness(ada) == {"failing_since": None, "waiting": 0}


async def test_what_is_lost_or_deleted_does_not_wait(owner: Owner, files: Files) -> None:
    files.fault = answering_bytes(b"", 404)
    lost, deleted = await owner.make(), await owner.make()
    assert owner.ctx.waiting.generation_ids == {lost, deleted}
    await owner.delete(deleted)
    owner.database.run("UPDATE generations SET finished_at = now() - interval '66 minutes'")
    await owner.settle()
    assert owner.ctx.waiting.generation_ids == set()


def words_of(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    """What the log says of all that wait."""
    return [(level, said) for name, level, said in caplog.record_tuples if name == waiting.__name__]


async def test_the_log_says_it_once_a_minute_and_once_when_it_works_again(
    owner: Owner, folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    fill(folder)
    for _ in range(3):
        await owner.make()
    await owner.settle()
    [(level, said)] = words_of(caplog)
    assert level == logging.ERROR
    assert "; 1 wait (writing: " in said

    owner.ctx.waiting._next_telling = 0  # a minute later
    await owner.settle()
    assert "; 3 wait (writing: " in words_of(caplog)[1][1]

    empty(folder)
    caplog.clear()
    await owner.settle()
    await owner.settle()
    assert words_of(caplog) == [(logging.INFO, "No picture waits to be stored any more")]


@with_limits(pictures=PictureLimits(tell_seconds=0))
async def test_the_loop_tells_without_a_further_failure(
    owner: Owner, files: Files, caplog: pytest.LogCaptureFixture
) -> None:
    files.fault = answering_bytes(b"", 500)
    await owner.make()
    caplog.clear()
    owner.database.run("UPDATE generations_to_settle SET due_at = now() + interval '1 hour'")
    assert await Upkeep(owner.ctx).run_once() == 0
    assert [level for level, _ in words_of(caplog)] == [logging.ERROR]


async def test_the_list_has_the_providers_address_until_the_picture_is_ours(
    ada: SignedIn, ada_makes: Owner, folder: Path
) -> None:
    async def item() -> dict[str, str]:
        [found] = data_of(await ada.http.get("/api/v1/generations"))["items"]
        return dict(found)

    fill(folder)
    generation_id = await ada_makes.make()
    waits = await item()
    assert waits["url"] == ada_makes.row()["result_url"]
    assert "thumb_url" not in waits
    empty(folder)
    await ada_makes.settle()
    assert (await item())["url"] == f"{BASE_URL}/api/v1/generations/{generation_id}/image"
    ada_makes.database.run("UPDATE generations SET stored_at = NULL, given_up_at = now()")
    lost = await item()
    assert lost["is_lost"]
    assert "url" not in lost
