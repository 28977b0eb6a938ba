"""A succeeded generation's picture is copied while the provider still has it, and then stays."""

import asyncio
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image

from core.errors import NotFound, ServiceUnavailable
from core.limits import PictureLimits
from core.models import Phase, Status
from core.pictures.store import PictureStore, StoreUnavailable
from core.repositories import settling
from core.services.upkeep import Upkeep
from core.settings import Settings
from tests.support.application import quiet_context
from tests.support.database import TestDatabase
from tests.support.emulator import Fault
from tests.support.faults import answering_bytes, hanging, on_arrival
from tests.support.images import picture, png_that_claims
from tests.support.limits import with_limits
from tests.support.people import Owner
from tests.support.provider_with_files import Files, ProviderWithFiles
from tests.support.waiting import all_is_done, until

FAILED_COPIES = {
    "500": answering_bytes(b"", 500),
    "404": answering_bytes(b"", 404),
    "HTML": answering_bytes(b"<!doctype html>", content_type="image/png"),
    "half a picture": answering_bytes(picture(size=(400, 400))[:-40], content_type="image/png"),
    "a bomb": answering_bytes(png_that_claims(60_000, 60_000), content_type="image/png"),
    "elsewhere": answering_bytes(b"", 302, location="https://evil.test/1.png"),
    "no address": answering_bytes(b"", 302, location="http://[::1"),
    "a hang": hanging(6),
}


async def test_a_picture_is_still_there_when_the_provider_has_forgotten_it(
    owner: Owner, provider: ProviderWithFiles
) -> None:
    generation_id = await owner.submit()
    await owner.read(generation_id)
    await all_is_done(owner.ctx)
    provider.forget()

    kept = await owner.read(generation_id)
    assert kept.stored_at
    assert (kept.picture_type, kept.picture_width, kept.picture_height) == ("image/png", 800, 600)
    assert kept.current_phase is not Phase.SAVING
    assert (await owner.picture(generation_id)).startswith(b"\x89PNG")
    with Image.open(BytesIO(await owner.picture(generation_id, is_thumbnail=True))) as thumbnail:
        assert (thumbnail.format, thumbnail.size) == ("WEBP", (384, 288))
    assert owner.database.run("SELECT 1 FROM generations_to_settle") == []


@pytest.mark.asvs("5.2.2")
async def test_a_picture_is_what_its_bytes_are_not_what_it_is_called(owner: Owner, files: Files) -> None:
    files.fault = answering_bytes(picture("JPEG", (30, 20)), content_type="text/html")
    kept = await owner.read(await owner.make())
    assert (kept.picture_type, kept.picture_width, kept.picture_height) == ("image/jpeg", 30, 20)


@with_limits(pictures=PictureLimits(download_seconds=3.0))
@pytest.mark.parametrize("fault", FAILED_COPIES.values(), ids=FAILED_COPIES)
async def test_a_copy_that_failed_is_tried_again_until_it_succeeds(
    owner: Owner, files: Files, fault: Fault
) -> None:
    files.fault = fault
    generation_id = await owner.make()
    assert await owner.settle() == 1
    waiting = await owner.read(generation_id)
    assert (waiting.status, waiting.stored_at) == (Status.SUCCEEDED, None)
    assert waiting.current_phase is Phase.SAVING
    with pytest.raises(NotFound):
        await owner.picture(generation_id)
    assert len(files.asked) == 2

    files.fault = None
    await owner.settle()
    assert (await owner.picture(generation_id)).startswith(b"\x89PNG")
    assert await owner.settle() == 0


async def test_a_store_that_is_down_is_tried_again_too(owner: Owner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PictureStore, "put", _down)
    generation_id = await owner.make()
    await owner.settle()
    assert (await owner.read(generation_id)).stored_at is None
    monkeypatch.undo()
    await owner.settle()
    assert await owner.picture(generation_id)


async def _down(*_: object) -> None:
    raise StoreUnavailable("down on purpose")


async def test_the_loop_alone_finishes_and_keeps_what_nobody_reads(
    owner: Owner, provider: ProviderWithFiles
) -> None:
    await owner.submit()
    assert owner.row()["status"] == "processing"
    await owner.settle()
    await all_is_done(owner.ctx)
    provider.forget()
    assert (owner.row()["status"], owner.row()["picture_type"]) == ("succeeded", "image/png")


async def test_the_loop_runs_by_itself_until_it_is_stopped(owner: Owner) -> None:
    await owner.submit()
    owner.due()
    loop = Upkeep(owner.ctx)
    loop.start()
    await until(lambda: owner.row()["stored_at"])
    loop.stop()
    await owner.ctx.close()
    assert loop.last_run_at


async def test_the_loop_ends_and_cancels_what_is_overdue(owner: Owner, provider: ProviderWithFiles) -> None:
    provider.never_finish()
    await owner.submit()
    owner.database.age(7)
    await owner.settle()
    assert (owner.row()["status"], owner.row()["error_code"]) == ("failed", "TIMED_OUT")
    assert provider.cancels == 1


async def test_the_loop_says_how_late_it_is(owner: Owner) -> None:
    await owner.submit()
    owner.database.run("UPDATE generations_to_settle SET due_at = now() - interval '40 seconds'")
    loop = Upkeep(owner.ctx)
    await loop.run_once()
    assert 40 <= loop.lag_seconds < 45
    await loop.run_once()
    assert loop.lag_seconds == 0


async def test_one_that_cannot_be_settled_does_not_hold_up_the_others(
    owner: Owner, other_owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [await owner.submit(), await other_owner.submit()]
    fetch = owner.ctx.provider.fetch_prediction
    broken = str(owner.row()["external_id"])

    async def fetch_or_break(external_id: str) -> object:
        if external_id == broken:
            raise RuntimeError("unexpected on purpose")
        return await fetch(external_id)

    monkeypatch.setattr(owner.ctx.provider, "fetch_prediction", fetch_or_break)
    assert await owner.settle() == len(ids)
    assert (owner.row()["status"], other_owner.row()["status"]) == ("processing", "succeeded")


async def test_processes_that_ask_at_once_take_different_ones(
    owner: Owner, settings: Settings, database: TestDatabase
) -> None:
    _insert_for_many_owners(database, 30)
    async with quiet_context(settings, database) as other:
        first, second = await asyncio.gather(
            *(settling.claim(ctx.database.statements, batch=20) for ctx in (owner.ctx, other))
        )
        assert sorted([len(first.due), len(second.due)]) == [10, 20]
        assert not {one.generation_id for one in first.due} & {one.generation_id for one in second.due}
        assert (await settling.claim(other.database.statements, batch=20)).due == []


async def test_loops_of_two_processes_fetch_each_picture_once(
    owner: Owner, settings: Settings, database: TestDatabase, provider: ProviderWithFiles
) -> None:
    async with quiet_context(settings, database) as other:
        makers = [replace(owner, id=uuid4()) for _ in range(6)]
        for maker in makers:
            await maker.submit()
        provider.emulator.requests.clear()
        owner.due()
        done = await asyncio.gather(*(Upkeep(ctx).run_once() for ctx in (owner.ctx, other)))
        assert sum(done) == 6
        await all_is_done(owner.ctx)
        await all_is_done(other)
    assert len(provider.emulator.requests) == 6
    assert all(maker.row()["stored_at"] for maker in makers)


def test_a_claim_comes_back_later_each_time_and_never_overflows(database: TestDatabase) -> None:
    _insert_for_many_owners(database, 1)
    waits = []
    for attempts in (0, 1, 2, 3, 10_000):
        database.run("UPDATE generations_to_settle SET due_at = now(), attempts = %s", attempts)
        database.run("SELECT * FROM claim_generations_to_settle(1)")
        [row] = database.run(
            "SELECT extract(epoch FROM due_at - now())::int AS wait FROM generations_to_settle"
        )
        waits.append(row["wait"])
    assert waits == [10, 20, 40, 60, 60]


def _insert_for_many_owners(database: TestDatabase, count: int) -> None:
    database.run(
        "INSERT INTO generations (owner_id, prompt, status)"
        " SELECT gen_random_uuid(), 'a kite', 'processing' FROM generate_series(1, %s)",
        count,
    )
    database.run("UPDATE generations_to_settle SET due_at = now()")


@pytest.mark.parametrize(("minutes", "is_given_up"), [(64, False), (66, True)])
async def test_a_copy_is_given_up_when_the_provider_has_long_forgotten_the_picture(
    owner: Owner, files: Files, minutes: int, *, is_given_up: bool
) -> None:
    files.fault = FAILED_COPIES["404"]
    await owner.make()
    owner.database.run("UPDATE generations SET finished_at = now() - make_interval(mins => %s)", minutes)
    assert await owner.settle() == 1
    assert await owner.settle() == (0 if is_given_up else 1)
    assert owner.row()["status"] == "succeeded"


async def test_a_picture_that_vanished_from_the_store_is_not_found(owner: Owner) -> None:
    generation_id = await owner.make()
    await owner.ctx.pictures.delete(f"{owner.id}/{generation_id}")
    with pytest.raises(NotFound):
        await owner.picture(generation_id)


@pytest.mark.asvs("16.5.2")
async def test_a_store_that_does_not_answer_is_a_service_that_is_unavailable(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    generation_id = await owner.make()
    monkeypatch.setattr(PictureStore, "open_picture", _down)
    with pytest.raises(ServiceUnavailable):
        await owner.picture(generation_id)


@pytest.mark.asvs("8.2.2", "8.4.1")
async def test_another_owners_picture_does_not_exist(owner: Owner, other_owner: Owner) -> None:
    generation_id = await owner.make()
    with pytest.raises(NotFound):
        await other_owner.picture(generation_id)


@pytest.mark.asvs("5.3.2")
async def test_pictures_are_kept_in_the_store_that_is_set(
    settings: Settings, database: TestDatabase, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    changed = settings.model_copy(update={"image_store_url": elsewhere.as_uri()})
    async with quiet_context(changed, database) as ctx:
        owner = Owner(ctx, database, uuid4())
        generation_id = await owner.make()
    names = {path.name for path in elsewhere.rglob("*") if path.is_file()}
    assert names == {str(generation_id), f"{generation_id}.thumb"}


async def test_a_picture_that_arrives_after_its_row_is_gone_leaves_no_bytes(
    owner: Owner, files: Files, settings: Settings
) -> None:
    generation_id = await owner.submit()

    def remove() -> None:
        owner.database.run("DELETE FROM generations WHERE id = %s", generation_id)

    files.fault = on_arrival(remove)
    await owner.read(generation_id)
    await all_is_done(owner.ctx)
    assert len(files.asked) == 1
    assert [path for path in (settings.data_dir / "pictures").rglob("*") if path.is_file()] == []
