"""The gallery: newest first by keyset, delete with undo, and then row and bytes are gone."""

import asyncio
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from core.errors import GenerationInFlight, NotFound
from core.pictures.store import PictureStore, StoreUnavailable
from core.services.upkeep import look_after
from core.settings import Settings
from tests.support.people import Owner
from tests.support.provider_with_files import ProviderWithFiles


def insert(owner: Owner, count: int, *, at_once: int = 1) -> list[UUID]:
    """That many failed generations, each second `at_once` of them; their ids in the gallery's order."""
    owner.database.run(
        "INSERT INTO generations (owner_id, prompt, status, error_code, charge, created_at)"
        " SELECT %s, 'kite ' || n, 'failed', 'PROVIDER_ERROR', 'unknown',"
        " now() - make_interval(secs => n / %s) FROM generate_series(1, %s) AS n",
        *(owner.id, at_once, count),
    )
    rows = owner.database.run(
        "SELECT id FROM generations WHERE owner_id = %s ORDER BY created_at DESC, id DESC", owner.id
    )
    return [row["id"] for row in rows]


async def test_pages_follow_each_other_even_where_many_were_made_at_the_same_time(
    owner: Owner, other_owner: Owner
) -> None:
    expected = insert(owner, 50, at_once=20)
    insert(other_owner, 10)
    seen: list[UUID] = []
    while page := await owner.gallery(limit=7, before=seen[-1] if seen else None):
        seen += page
    assert seen == expected


async def test_what_is_made_or_deleted_meanwhile_moves_no_page(owner: Owner) -> None:
    expected = insert(owner, 9)
    first = await owner.gallery(limit=3)
    await owner.delete(first[-1])
    owner.database.run(
        "INSERT INTO generations (owner_id, prompt, status) VALUES (%s, 'new', 'processing')", owner.id
    )
    assert await owner.gallery(limit=3, before=first[-1]) == expected[3:6]


async def test_one_cannot_start_after_anothers_or_after_nothing(owner: Owner, other_owner: Owner) -> None:
    [anothers] = insert(other_owner, 1)
    for before in (anothers, uuid4()):
        with pytest.raises(NotFound):
            await owner.gallery(before=before)


async def test_every_page_of_ten_thousand_is_read_from_the_index(owner: Owner) -> None:
    ids = insert(owner, 10_000, at_once=3)
    insert(Owner(owner.ctx, owner.database, uuid4()), 2000)
    owner.database.run("ANALYZE generations")
    for before, page in ((None, ids[:24]), (ids[9000], ids[9001:9025])):
        assert await owner.gallery(limit=24, before=before) == page
        await _blocks_of_page(owner, before)  # plans are made at the first call
        assert await _blocks_of_page(owner, before) < 60
    owner.database.run("TRUNCATE generations CASCADE")


async def _blocks_of_page(owner: Owner, before: UUID | None) -> int:
    """How many blocks of tables and indexes are looked at to read a page; there are hundreds."""
    found = await owner.ctx.database.statements.fetch(
        "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) SELECT * FROM list_generations(NULL, %s, %s, 24)",
        [owner.id, before],
    )
    plan = found.rows[0][0][0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def bytes_kept(settings: Settings) -> list[Path]:
    return [path for path in (settings.data_dir / "pictures").rglob("*") if path.is_file()]


async def test_a_deleted_one_is_out_of_sight_until_it_is_restored(owner: Owner) -> None:
    generation_id = await owner.make()
    assert await owner.delete(generation_id) == 30
    assert await owner.gallery() == []
    for gone in (owner.read, owner.picture, owner.delete):
        with pytest.raises(NotFound):
            await gone(generation_id)

    await owner.restore(generation_id)
    assert await owner.gallery() == [generation_id]
    assert await owner.picture(generation_id)
    assert await owner.settle() == 0


async def test_after_the_time_to_undo_row_and_bytes_are_gone_for_good(
    owner: Owner, settings: Settings
) -> None:
    generation_id = await owner.make()
    assert len(bytes_kept(settings)) == 2
    await owner.delete(generation_id)
    [due] = owner.database.run(
        "SELECT extract(epoch FROM due_at - now()) AS seconds FROM generations_to_settle"
    )
    assert 25 < due["seconds"] <= 30

    await owner.settle()
    assert (owner.rows(), bytes_kept(settings)) == ([], [])
    with pytest.raises(NotFound):
        await owner.restore(generation_id)


async def test_a_failed_one_is_deleted_too(owner: Owner) -> None:
    [generation_id] = insert(owner, 1)
    await owner.delete(generation_id)
    await owner.settle()
    assert owner.rows() == []


async def test_bytes_that_cannot_be_deleted_keep_their_row_until_they_can(
    owner: Owner, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await owner.delete(await owner.make())
    monkeypatch.setattr(PictureStore, "delete", _down)
    await owner.settle()
    assert (len(owner.rows()), len(bytes_kept(settings))) == (1, 2)
    monkeypatch.undo()
    await owner.settle()
    assert (owner.rows(), bytes_kept(settings)) == ([], [])


async def _down(*_: object) -> None:
    raise StoreUnavailable("down on purpose")


async def test_a_claim_from_before_the_delete_leaves_the_time_to_undo(owner: Owner) -> None:
    """The loop had taken it to copy its picture; by the time it looks, its owner has deleted it."""
    generation_id = await owner.make()
    owner.database.run("UPDATE generations SET stored_at = NULL")
    owner.due()
    owner.database.run("SELECT claim_generations_to_settle(20)")
    await owner.delete(generation_id)
    await look_after(owner.ctx, id=generation_id, owner_id=owner.id)
    await owner.restore(generation_id)
    assert await owner.picture(generation_id)


async def test_a_restore_that_comes_while_the_bytes_are_deleted_comes_too_late(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It either finds all of it or nothing, never a row without its bytes."""
    generation_id = await owner.make()
    await owner.delete(generation_id)
    delete = PictureStore.delete
    tried: list[asyncio.Task[None]] = []

    async def delete_while_restoring(store: PictureStore, key: str) -> None:
        await delete(store, key)
        if not tried:
            tried.append(owner.ctx.background.start(owner.restore(generation_id)))

    monkeypatch.setattr(PictureStore, "delete", delete_while_restoring)
    await owner.settle()
    with pytest.raises(NotFound):
        await tried[0]
    assert owner.rows() == []


async def test_a_running_one_has_to_be_canceled_first(owner: Owner, provider: ProviderWithFiles) -> None:
    provider.never_finish()
    generation_id = await owner.submit()
    with pytest.raises(GenerationInFlight):
        await owner.delete(generation_id)
    assert await owner.gallery() == [generation_id]


async def test_nobody_deletes_or_restores_anothers(owner: Owner, other_owner: Owner) -> None:
    generation_id = await owner.make()
    with pytest.raises(NotFound):
        await other_owner.delete(generation_id)
    await owner.delete(generation_id)
    with pytest.raises(NotFound):
        await other_owner.restore(generation_id)
    assert await owner.gallery() == []


async def test_the_list_of_what_is_to_settle_holds_ids_only(owner: Owner) -> None:
    await owner.submit()
    [row] = owner.database.run("SELECT * FROM generations_to_settle")
    assert row.keys() == {"generation_id", "owner_id", "due_at", "attempts"}


async def test_once_the_time_to_undo_is_over_it_stays_deleted(owner: Owner) -> None:
    """Its removal may have begun: the bytes may be gone already."""
    generation_id = await owner.make()
    await owner.delete(generation_id)
    owner.database.run("UPDATE generations SET deleted_at = now() - interval '31 seconds'")
    with pytest.raises(NotFound):
        await owner.restore(generation_id)
