"""A person's own account: where they are signed in, the export of all they made, and the end of it all."""

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text

from core import services
from core.api_tokens import Scope
from core.callers import LoginToken
from core.context import Context
from core.errors import RateLimited, Unauthenticated
from core.pictures.store import PictureStore, StoreUnavailable
from core.repositories import accounts
from core.services.account_deletion import go_on_deleting
from core.services.upkeep import Upkeep
from core.settings import Settings
from tests.api.envelopes import SUBMIT, data_of, error_of
from tests.support.application import Started, client_for, started_app
from tests.support.database import TestDatabase
from tests.support.faults import answering
from tests.support.people import SignedIn, signed_in
from tests.support.provider import EmulatedProvider
from tests.support.waiting import all_is_done, until

ME = "/api/v1/me"
EXPORT = f"{ME}/export"
SESSIONS = f"{ME}/sessions"
DELETE = f"{ME}/delete"
CONFIRM = {"confirm": "delete my account"}
CONFIRMED = {"confirmed": "delete my account"}
NOBODY = UUID(int=0)


async def make(started: Started, person: SignedIn, prompt: str = "a red kite") -> str:
    """A finished generation of theirs whose picture is stored."""
    reply = await person.http.post(SUBMIT, json={"prompt": prompt}, headers={"Prefer": "wait=10"})
    await all_is_done(started.ctx)
    return str(data_of(reply)["id"])


async def delete(ctx: Context, person: SignedIn) -> None:
    """Past the API."""
    presented = LoginToken.of(person.token)
    await services.delete_account(ctx, owner_id=person.owner_id, presented=presented, **CONFIRMED)


@asynccontextmanager
async def again(started: Started, browser: str) -> AsyncIterator[SignedIn]:
    """Ada in another browser."""
    person = services.Person("https://issuer.test", "ada", "Ada", authenticated=timedelta(0))
    token = await services.sign_in(started.ctx, person, browser=browser)
    async with client_for(started.app) as client:
        client.cookies.set("easel_session", token)
        yield SignedIn(person.owner_id, token, client)


@pytest.mark.asvs("7.5.2")
async def test_sessions_are_listed_and_ended_one_by_one(started: Started, ada: SignedIn) -> None:
    async with again(started, "Firefox on Linux") as other:
        listed = data_of(await other.http.get(SESSIONS))["items"]
        assert [(each.get("browser"), each["is_current"]) for each in listed] == [
            ("Firefox on Linux", True),
            (None, False),
        ]
        assert "token" not in json.dumps(listed)
        error_of(await ada.http.post(f"{SESSIONS}/{UUID(int=1)}/end"), 404, "NOT_FOUND")
        data_of(await ada.http.post(f"{SESSIONS}/{listed[0]['id']}/end"))
        error_of(await other.http.get(ME), 401, "UNAUTHENTICATED")
        assert len(data_of(await ada.http.get(SESSIONS))["items"]) == 1


@pytest.mark.asvs("7.5.2")
async def test_all_others_are_ended_at_once(started: Started, ada: SignedIn) -> None:
    async with again(started, "a") as other, again(started, "b") as third:
        assert data_of(await ada.http.post(f"{SESSIONS}/end-others")) == {"count": 2}
        for each in (other, third):
            error_of(await each.http.get(ME), 401, "UNAUTHENTICATED")
    data_of(await ada.http.get(ME))


@pytest.mark.asvs("8.2.2")
async def test_nobody_ends_the_session_of_somebody_else(started: Started, ada: SignedIn) -> None:
    async with signed_in(started.app, started.ctx, "ben") as ben:
        [mine] = data_of(await ada.http.get(SESSIONS))["items"]
        error_of(await ben.http.post(f"{SESSIONS}/{mine['id']}/end"), 404, "NOT_FOUND")
        assert data_of(await ben.http.post(f"{SESSIONS}/end-others")) == {"count": 0}
    data_of(await ada.http.get(ME))


async def test_an_export_has_every_picture_and_what_is_known_of_each(started: Started, ada: SignedIn) -> None:
    made = [await make(started, ada), await make(started, ada), await make(started, ada, "zwei Äpfel")]
    async with signed_in(started.app, started.ctx, "ben") as ben:
        await make(started, ben, "of somebody else")
    reply = await ada.http.get(EXPORT)
    assert reply.headers["content-type"] == "application/zip"
    assert reply.headers["cache-control"] == "private, no-store"
    archive = zipfile.ZipFile(io.BytesIO(reply.content))
    assert archive.testzip() is None
    assert archive.namelist() == ["zwei-äpfel.png", "a-red-kite.png", "a-red-kite-2.png", "generations.json"]
    known = json.loads(archive.read("generations.json"))
    assert [each["id"] for each in known] == made[::-1]
    assert [each["file"] for each in known] == archive.namelist()[:3]
    picture = (await ada.http.get(f"/api/v1/generations/{made[2]}/image")).content
    assert archive.read("zwei-äpfel.png") == picture
    await all_is_done(started.ctx)
    assert (await ada.http.get(EXPORT)).status_code == 200  # the first one is over


async def test_an_export_of_nothing_is_a_zip_too(ada: SignedIn) -> None:
    archive = zipfile.ZipFile(io.BytesIO((await ada.http.get(EXPORT)).content))
    assert json.loads(archive.read("generations.json")) == []


async def export(started: Started, person: SignedIn) -> AsyncIterator[bytes]:
    presented = LoginToken.of(person.token)
    return await services.export_account(
        started.ctx, owner_id=person.owner_id, presented=presented, describe=lambda _: {}
    )


async def test_an_export_ends_with_the_login_session(
    started: Started, ada: SignedIn, database: TestDatabase
) -> None:
    await make(started, ada)
    parts = await export(started, ada)
    database.run("UPDATE login_sessions SET expires_at = now()")
    with pytest.raises(Unauthenticated):
        [part async for part in parts]


async def test_one_export_at_a_time_for_each_person(started: Started, ada: SignedIn) -> None:
    first = await export(started, ada)
    refused = await ada.http.get(EXPORT)
    error = error_of(refused, 429, "RATE_LIMITED")
    assert "under way" in error["message"]
    assert int(refused.headers["retry-after"]) > 0
    async with signed_in(started.app, started.ctx, "ben") as ben:
        assert (await ben.http.get(EXPORT)).status_code == 200
    [part async for part in first]
    await all_is_done(started.ctx)
    assert (await ada.http.get(EXPORT)).status_code == 200


async def test_an_export_that_nobody_reads_keeps_no_other_one_away(
    started: Started, ada: SignedIn, database: TestDatabase
) -> None:
    """A process that dies gives nothing back."""
    await export(started, ada)
    database.run("UPDATE exports SET leased_until = now()")
    assert (await ada.http.get(EXPORT)).status_code == 200


@pytest.mark.asvs("7.4.2")
async def test_deleting_an_account_leaves_nothing_but_totals(
    started: Started, ada: SignedIn, database: TestDatabase, tmp_path: Path
) -> None:
    await make(started, ada)
    gone = await make(started, ada)
    await ada.http.post(f"/api/v1/generations/{gone}/delete")
    await ada.http.post(SUBMIT, json={"prompt": "x"}, headers={"Idempotency-Key": "k", "Prefer": "wait=10"})
    await all_is_done(started.ctx)
    await services.create_api_token(started.ctx, owner_id=ada.owner_id, name="a", scopes=[Scope.READ], days=1)
    reply = await ada.http.post(DELETE, json=CONFIRM)
    assert data_of(reply) == {"deleted": True}
    assert 'easel_session=""' in reply.headers["set-cookie"]
    assert reply.headers["clear-site-data"] == '"cache"'
    error_of(await ada.http.get(ME), 401, "UNAUTHENTICATED")
    for table in (
        "generations",
        "prompt_search",
        "login_sessions",
        "authentications",
        "api_tokens",
        "submit_keys",
        "people",
        "exports",
        "generations_to_settle",
    ):
        assert database.run(f"SELECT * FROM {table}") == [], table
    assert {row["owner_id"] for row in database.run("SELECT owner_id FROM ledger")} == {NOBODY}
    assert len(database.run("SELECT * FROM ledger WHERE state = 'charged'")) == 3
    assert [
        path
        for path in started.ctx.settings.data_dir.rglob("*")
        if str(ada.owner_id) in str(path) and path.is_file()
    ] == []
    [row] = database.run("SELECT * FROM audit_log WHERE act = 'account_deleted'")
    assert row["actor"] == ada.owner_id


async def test_it_takes_the_words(ada: SignedIn, database: TestDatabase) -> None:
    for words in ("", "yes", "delete my accoun", "delete my account!"):
        refused = error_of(await ada.http.post(DELETE, json={"confirm": words}), 400, "VALIDATION_ERROR")
        assert "delete my account" in refused["details"]["fieldErrors"]["confirm"][0]
    data_of(await ada.http.get(ME))
    assert data_of(await ada.http.post(DELETE, json={"confirm": "  Delete my  account "}))


@pytest.mark.asvs("7.5.3")
async def test_it_takes_a_sign_in_of_the_last_ten_minutes(
    started: Started, ada: SignedIn, database: TestDatabase, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    data_of(await ada.http.post(SUBMIT, json={"prompt": "x"}))
    database.run("UPDATE authentications SET at = now() - interval '601 seconds'")
    async with again(started, "Firefox"):  # a sign-in of another browser says nothing of this one
        refused = error_of(await ada.http.post(DELETE, json=CONFIRM), 403, "FORBIDDEN")
    assert refused["details"] == {"cause": "SIGN_IN_TOO_OLD"}
    assert "sign in again" in refused["message"]
    assert provider.cancels == 0
    data_of(await ada.http.get(ME))
    database.run("UPDATE authentications SET at = now() - interval '590 seconds'")
    data_of(await ada.http.post(DELETE, json=CONFIRM))


async def test_what_runs_is_canceled_first(
    ada: SignedIn, database: TestDatabase, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    data_of(await ada.http.post(SUBMIT, json={"prompt": "x"}))
    data_of(await ada.http.post(DELETE, json=CONFIRM))
    assert provider.cancels == 1
    assert database.run("SELECT * FROM generations") == []
    assert [row["state"] for row in database.run("SELECT state FROM ledger")] == ["charged"]


class BrokenStore(PictureStore):
    """Deletes nothing."""

    def __init__(self) -> None:
        pass

    async def delete(self, key: str) -> None:  # noqa: ARG002  (the real one's)
        raise StoreUnavailable("deleting: on purpose")


async def test_what_the_store_keeps_back_is_removed_by_the_loop(
    started: Started, ada: SignedIn, database: TestDatabase
) -> None:
    await make(started, ada)
    ctx = replace(started.ctx, pictures=BrokenStore())
    await delete(ctx, ada)
    error_of(await ada.http.get(ME), 401, "UNAUTHENTICATED")
    assert len(database.run("SELECT * FROM generations")) == 1
    await run_loop(started, database)
    assert database.run("SELECT * FROM generations") == []
    assert {row["owner_id"] for row in database.run("SELECT owner_id FROM ledger")} == {NOBODY}
    assert len(database.run("SELECT * FROM account_deletions")) == 1  # for what may still be on its way
    database.run("UPDATE account_deletions SET requested_at = now() - interval '2 minutes'")
    await run_loop(started, database)
    # Until the day is over it says how many were started on it.
    assert [row["counted"] for row in database.run("SELECT * FROM account_deletions")] == [1]
    database.run("UPDATE account_deletions SET counted_on = counted_on - 1")
    await run_loop(started, database)
    assert database.run("SELECT * FROM account_deletions") == []


async def run_loop(started: Started, database: TestDatabase) -> None:
    database.run("UPDATE account_deletions SET due_at = now() - interval '1 minute'")
    await Upkeep(started.ctx).run_once()
    await all_is_done(started.ctx)


async def test_whoever_comes_back_meanwhile_keeps_what_is_new(
    started: Started, ada: SignedIn, database: TestDatabase
) -> None:
    await make(started, ada)
    data_of(await ada.http.post(DELETE, json=CONFIRM))
    async with again(started, "a") as back:
        new = await make(started, back, "after the end")
        await run_loop(started, database)
        assert data_of(await back.http.get(f"/api/v1/generations/{new}"))["prompt"] == "after the end"
        assert (await back.http.get(f"/api/v1/generations/{new}/image")).status_code == 200
        assert {row["owner_id"] for row in database.run("SELECT owner_id FROM ledger")} == {
            NOBODY,
            ada.owner_id,
        }


async def test_a_deletion_in_other_hands_is_left_to_them(
    started: Started, ada: SignedIn, database: TestDatabase
) -> None:
    await make(started, ada)
    async with started.ctx.database.transaction(ada.owner_id) as session:
        await accounts.begin_deletion(session, owner_id=ada.owner_id, claimed=timedelta(minutes=1))
    await go_on_deleting(started.ctx, ada.owner_id)
    assert len(database.run("SELECT * FROM generations")) == 1


async def test_whoever_deletes_their_account_has_not_won_back_the_day(
    settings: Settings, database: TestDatabase
) -> None:
    changed = settings.model_copy(update={"generations_per_day": 2})
    async with started_app(changed, database) as started:
        for _ in range(2):
            async with signed_in(started.app, started.ctx, "ada") as ada:
                await make(started, ada)
                data_of(await ada.http.post(DELETE, json=CONFIRM))
        async with signed_in(started.app, started.ctx, "ada") as ada:
            assert data_of(await ada.http.get(ME))["allowance"]["left"] == 0
            error_of(await ada.http.post(SUBMIT, json={"prompt": "a third"}), 402, "NO_CREDITS")
            database.run("UPDATE account_deletions SET counted_on = counted_on - 1")
            assert data_of(await ada.http.get(ME))["allowance"]["left"] == 2


@pytest.mark.parametrize("how", ["deleted", "blocked"])
async def test_what_was_on_its_way_comes_before_the_end_or_not_at_all(
    how: str, started: Started, ada: SignedIn, database: TestDatabase, provider: EmulatedProvider
) -> None:
    """Both have proved who they are before the account ends, and write after it."""
    if how == "deleted":
        data_of(await ada.http.post(DELETE, json=CONFIRM))
    else:
        database.run("UPDATE people SET blocked_at = now()")
    order = services.new_order(started.ctx, "too late")
    with pytest.raises(Unauthenticated):
        await services.submit_generation(started.ctx, order=order, owner_id=ada.owner_id)
    with pytest.raises(Unauthenticated):
        await services.create_api_token(
            started.ctx, owner_id=ada.owner_id, name="a", scopes=[Scope.READ], days=1
        )
    assert database.run("SELECT * FROM generations") == []
    assert database.run("SELECT * FROM api_tokens") == []
    assert provider.creates == 0
    if how == "blocked":  # and nobody deletes a block
        with pytest.raises(Unauthenticated):
            await delete(started.ctx, ada)
        assert database.run("SELECT blocked_at IS NOT NULL AS found FROM people") == [{"found": True}]


async def test_an_end_waits_for_what_is_being_written(
    started: Started, ada: SignedIn, database: TestDatabase
) -> None:
    async with started.ctx.database.transaction(ada.owner_id) as session:
        await session.execute(text("SELECT check_person(:owner)"), {"owner": ada.owner_id})
        ending = asyncio.create_task(delete(started.ctx, ada))
        waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        await until(lambda: len(database.run(waiting)) == 1)
        await session.execute(
            text("INSERT INTO generations (owner_id, prompt, status) VALUES (:owner, 'in time', 'failed')"),
            {"owner": ada.owner_id},
        )
    await ending
    assert database.run("SELECT * FROM generations") == []


async def test_pictures_without_rows_go_too(started: Started, ada: SignedIn) -> None:
    """A process may die between a picture and its row."""
    key = f"{ada.owner_id}/{UUID(int=7)}"
    await started.ctx.pictures.put(key, b"x", "image/png")
    data_of(await ada.http.post(DELETE, json=CONFIRM))
    with pytest.raises(FileNotFoundError):
        await started.ctx.pictures.open_picture(key)


async def test_a_picture_that_is_gone_from_the_store_is_not_named_in_an_export(
    started: Started, ada: SignedIn
) -> None:
    gone = await make(started, ada, "a lost kite")
    await started.ctx.pictures.delete(f"{ada.owner_id}/{gone}")
    archive = zipfile.ZipFile(io.BytesIO((await ada.http.get(EXPORT)).content))
    assert archive.namelist() == ["generations.json"]
    [known] = json.loads(archive.read("generations.json"))
    assert "file" not in known


async def test_an_export_that_has_lost_its_place_breaks_off(
    started: Started, ada: SignedIn, database: TestDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.services.export._RENEW_SECONDS", -1.0)
    await make(started, ada)
    parts = await export(started, ada)
    database.run("UPDATE exports SET lease = gen_random_uuid()")
    with pytest.raises(RateLimited):
        [part async for part in parts]


async def test_what_cannot_be_canceled_is_canceled_by_the_loop(
    started: Started, ada: SignedIn, database: TestDatabase, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    data_of(await ada.http.post(SUBMIT, json={"prompt": "x"}))
    provider.emulator.fault = answering(500)
    data_of(await ada.http.post(DELETE, json=CONFIRM))
    [row] = database.run("SELECT status, cancel_requested_at IS NOT NULL AS is_asked FROM generations")
    assert (row["status"], row["is_asked"]) == ("processing", True)
    provider.emulator.fault = None
    database.run("UPDATE generations_to_settle SET due_at = now() - interval '1 minute'")
    await run_loop(started, database)
    await run_loop(started, database)
    assert database.run("SELECT * FROM generations") == []
    assert provider.cancels > 0


async def test_a_sign_in_waits_for_the_end_of_the_account_before(
    started: Started, ada: SignedIn, database: TestDatabase
) -> None:
    async with started.ctx.database.transaction(ada.owner_id) as session:
        await session.execute(
            text("SELECT begin_account_deletion(:owner, interval '1 minute')"), {"owner": ada.owner_id}
        )
        person = services.Person("https://issuer.test", "ada", "Ada")
        coming = asyncio.create_task(services.sign_in(started.ctx, person))
        waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        await until(lambda: len(database.run(waiting)) == 1)
    token = await coming
    assert await services.get_login_session(started.ctx, token)
    assert len(database.run("SELECT * FROM people")) == 1
