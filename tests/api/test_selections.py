"""Many generations at once: delete, restore, and the archive of their pictures."""

import io
import tracemalloc
import zipfile
from collections.abc import AsyncIterator, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.context import Context
from core.pictures.archive import Entry, zip_parts
from core.pictures.names import UniqueNames, file_name
from core.pictures.store import StoreUnavailable
from tests.api.envelopes import data_of, error_of
from tests.support.application import Started, client_for
from tests.support.database import TestDatabase
from tests.support.people import Owner, SignedIn
from tests.support.provider import EmulatedProvider

ALL = "/api/v1/generations"


@pytest.fixture
def owner(ada: SignedIn, ctx: Context, database: TestDatabase) -> Owner:
    """Ada, past the API."""
    return Owner(ctx, database, ada.owner_id)


async def change(person: SignedIn, act: str, *ids: UUID) -> Any:
    return data_of(await person.http.post(f"{ALL}/{act}", json={"ids": [str(each) for each in ids]}))


async def archive(person: SignedIn, *ids: UUID) -> httpx.Response:
    return await person.http.get(f"{ALL}/archive", params={"ids": ",".join(map(str, ids))})


async def test_those_that_can_be_are_deleted_and_restored(  # noqa: PLR0917  (fixtures)
    ada: SignedIn,
    owner: Owner,
    ben: SignedIn,
    ctx: Context,
    database: TestDatabase,
    provider: EmulatedProvider,
) -> None:
    first, second = await owner.make("first"), await owner.make("second")
    others = await Owner(ctx, database, ben.owner_id).make()
    provider.never_finish()
    running = await owner.submit()
    asked = [second, uuid4(), others, running, first, second]
    assert await change(ada, "delete", *asked) == {"ids": [str(second), str(first)], "undo_seconds": 30}
    assert await change(ada, "delete", *asked) == {"ids": [], "undo_seconds": 30}
    assert await owner.gallery() == [running]
    assert await change(ada, "restore", first, others, uuid4()) == {"ids": [str(first)]}
    assert await owner.gallery() == [running, first]
    database.run("UPDATE generations SET deleted_at = deleted_at - interval '1 minute'")
    assert await change(ada, "restore", second) == {"ids": []}


@pytest.mark.parametrize(
    "body", [{}, {"ids": []}, {"ids": [str(uuid4())] * 101}, {"ids": ["x"]}, {"ids": str(uuid4())}, []]
)
@pytest.mark.parametrize("act", ["delete", "restore"])
async def test_no_selection_is_refused(ada: SignedIn, act: str, body: object) -> None:
    error_of(await ada.http.post(f"{ALL}/{act}", json=body), 400, "VALIDATION_ERROR")


async def test_an_archive_has_the_pictures_under_names_from_their_prompts(
    ada: SignedIn, owner: Owner, ben: SignedIn, ctx: Context, database: TestDatabase
) -> None:
    made = [await owner.make(prompt) for prompt in ("A red kite!", "a RED kite?", "con")]
    others = await Owner(ctx, database, ben.owner_id).make("ben's")
    reply = await archive(ada, *made, others, uuid4())
    assert reply.headers["Content-Type"] == "application/zip"
    assert reply.headers["Cache-Control"] == "private, no-store"
    assert reply.headers["Content-Disposition"].startswith('attachment; filename="easel-20')
    with zipfile.ZipFile(io.BytesIO(reply.content)) as whole:
        assert whole.testzip() is None
        assert whole.namelist() == ["picture-con.png", "a-red-kite.png", "a-red-kite-2.png"]
        assert whole.read("a-red-kite.png") == await owner.picture(made[1])
    repeated = await ada.http.get(f"{ALL}/archive", params={"ids": [str(each) for each in made]})
    assert zipfile.ZipFile(io.BytesIO(repeated.content)).namelist() == whole.namelist()


async def test_a_picture_that_is_gone_is_left_out(ada: SignedIn, owner: Owner) -> None:
    kept, gone = await owner.make("kept"), await owner.make("gone")
    await owner.ctx.pictures.delete(f"{owner.id}/{gone}")
    with zipfile.ZipFile(io.BytesIO((await archive(ada, kept, gone)).content)) as whole:
        assert whole.namelist() == ["kept.png"]


async def test_where_nothing_is_the_callers_there_is_nothing(ada: SignedIn, started: Started) -> None:
    error_of(await archive(ada, uuid4()), 404, "NOT_FOUND")
    for ids in ("", "x", f"{uuid4()},", ",".join(str(uuid4()) for _ in range(101))):
        error_of(await ada.http.get(f"{ALL}/archive", params={"ids": ids}), 400, "VALIDATION_ERROR")
    error_of(await ada.http.get(f"{ALL}/archive"), 400, "VALIDATION_ERROR")
    many = await ada.http.get(f"{ALL}/archive", params={"ids": "," * 20_000})
    error_of(many, 400, "VALIDATION_ERROR")
    assert len(many.content) < 20_000
    async with client_for(started.app) as stranger:
        for ids in ("x", str(uuid4())):
            refused = await stranger.get(f"{ALL}/archive", params={"ids": ids})
            error_of(refused, 401, "UNAUTHENTICATED")


async def test_a_store_that_is_away_is_told_before_anything_is_sent(
    ada: SignedIn, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await owner.make()

    async def fail(_: str) -> None:
        raise StoreUnavailable("on purpose")

    monkeypatch.setattr(owner.ctx.pictures, "open_picture", fail)
    error_of(await archive(ada, made), 503, "SERVICE_UNAVAILABLE")


class FakePicture:
    """Of `megabytes`; fails before its end if it is to."""

    def __init__(self, megabytes: int, *, fails: bool = False) -> None:
        self._megabytes = megabytes
        self._fails = fails

    async def parts(self) -> AsyncIterator[bytes]:
        for _ in range(self._megabytes * 16):
            yield b"x" * 65536
        if self._fails:
            raise OSError("on purpose")


def entry(name: str, picture: FakePicture) -> Entry:
    async def opened() -> Any:
        return picture

    return Entry(name, datetime(2026, 11, 25, tzinfo=UTC), opened)


async def listed(entries: Iterable[Entry]) -> AsyncIterator[Entry]:
    for each in entries:
        yield each


async def test_a_large_archive_takes_little_memory() -> None:
    tracemalloc.start()
    size = 0
    async for part in zip_parts(listed(entry(f"{number}.png", FakePicture(2)) for number in range(100))):
        size += len(part)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert size > 200 * 2**20
    assert peak < 2 * 2**20


async def test_an_archive_that_breaks_off_is_not_taken_for_a_whole_one() -> None:
    sent = io.BytesIO()
    entries = [entry("1.png", FakePicture(1)), entry("2.png", FakePicture(1, fails=True))]
    with suppress(OSError):
        async for part in zip_parts(listed(entries)):
            sent.write(part)
    assert len(sent.getvalue()) > 2 * 2**20
    with pytest.raises(zipfile.BadZipFile):
        zipfile.ZipFile(sent)


@given(st.lists(st.text(max_size=900) | st.sampled_from(["CON", "a", "A", "a-2", "..", "aux."]), max_size=20))
def test_names_are_safe_everywhere_and_unique(prompts: list[str]) -> None:
    unique = UniqueNames()
    names = [unique.take(file_name(each, "image/jpeg")) for each in prompts]
    assert len({name.casefold() for name in names}) == len(prompts)
    for name in names:
        stem, dot, extension = name.rpartition(".")
        assert (dot, extension) == (".", "jpg")
        assert len(name.encode()) <= 200
        assert all(character.isalnum() or character == "-" for character in stem)
        assert not stem.startswith("-")
        assert stem.lower() not in {"con", "prn", "aux", "nul", "com1", "lpt9"}
