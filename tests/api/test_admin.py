"""What administrators see and do: never a prompt or a picture of anyone."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from sqlalchemy import text

from core import services
from core.callers import LoginToken
from core.errors import NotFound
from core.logs import visitor_address
from core.services import Blocked, Person, sign_in
from core.settings import Settings
from tests.api.envelopes import SUBMIT, data_of, error_of
from tests.support.application import Started, client_for, started_app
from tests.support.database import TestDatabase
from tests.support.people import SignedIn, signed_in
from tests.support.provider import EmulatedProvider
from tests.support.waiting import until

ADMIN = "/api/v1/admin"
MONTH = f"{ADMIN}/months/{datetime.now(UTC):%Y-%m}"
SECRET = "a secret red kite"
READS = (MONTH, f"{MONTH}/people", f"{MONTH}/people.csv", f"{ADMIN}/audit")
ACTS = (
    "pause",
    "resume",
    f"people/{uuid4()}/block",
    f"people/{uuid4()}/unblock",
    f"people/{uuid4()}/end-sessions",
)


@pytest.fixture
async def boss(started: Started) -> AsyncIterator[SignedIn]:
    async with signed_in(started.app, started.ctx, "boss", is_admin=True) as person:
        yield person


async def make(person: SignedIn, prompt: str = SECRET) -> str:
    """A finished generation of theirs."""
    reply = await person.http.post(SUBMIT, json={"prompt": prompt}, headers={"Prefer": "wait=10"})
    found = data_of(reply)
    assert found["status"] == "succeeded"
    return str(found["id"])


async def act(person: SignedIn, what: str) -> httpx.Response:
    return await person.http.post(f"{ADMIN}/{what}")


async def acts_of(boss: SignedIn) -> list[str]:
    return [row["act"] for row in data_of(await boss.http.get(f"{ADMIN}/audit"))["items"]]


@pytest.mark.asvs("8.2.1")
async def test_for_anybody_else_there_is_nothing(
    started: Started, ada: SignedIn, database: TestDatabase
) -> None:
    wanted = {"name": "a", "scopes": ["generate"], "expires_in_days": 1}
    async with signed_in(started.app, started.ctx, "boss", is_admin=True) as boss:
        token = data_of(await boss.http.post("/api/v1/tokens", json=wanted))["token"]
    async with client_for(started.app) as program, client_for(started.app) as stranger:
        program.headers["Authorization"] = f"Bearer {token}"
        for url in READS:
            error_of(await ada.http.get(url), 404, "NOT_FOUND")
            error_of(await program.get(url), 404, "NOT_FOUND")
            error_of(await stranger.get(url), 401, "UNAUTHENTICATED")
        for what in ACTS:
            error_of(await act(ada, what), 404, "NOT_FOUND")
            error_of(await program.post(f"{ADMIN}/{what}"), 404, "NOT_FOUND")
    assert database.run("SELECT * FROM installation") == []


@pytest.mark.asvs("8.2.3", "8.3.1")
async def test_the_database_itself_knows_who_is_an_administrator(started: Started, ada: SignedIn) -> None:
    """The routes ask twice; these ask the functions alone."""
    mine = LoginToken.of(ada.token)
    with pytest.raises(NotFound):
        await services.read_month(started.ctx, mine, date(2026, 11, 1))
    with pytest.raises(NotFound):
        await services.set_paused(started.ctx, mine, is_paused=True)
    with pytest.raises(NotFound):
        await services.set_blocked(started.ctx, mine, uuid4(), is_blocked=True, by=ada.owner_id)


async def test_a_pause_stops_new_generations_and_nothing_else(
    boss: SignedIn, ada: SignedIn, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    ada.http.headers["Idempotency-Key"] = "k"
    running = data_of(await ada.http.post(SUBMIT, json={"prompt": "a"}))["id"]
    assert data_of(await act(boss, "pause")) == {"is_paused": True}
    assert data_of(await boss.http.get(MONTH))["is_paused"]
    refused = await boss.http.post(SUBMIT, json={"prompt": "b"})
    error_of(refused, 503, "PAUSED")
    assert int(refused.headers["retry-after"]) > 0
    assert data_of(await ada.http.post(SUBMIT, json={"prompt": "a"}))["id"] == running
    provider.finish()
    assert data_of(await ada.http.get(f"/api/v1/generations/{running}"))["status"] == "succeeded"
    assert provider.creates == 1
    await act(boss, "pause")  # changes nothing, and is no act
    data_of(await act(boss, "resume"))
    await make(boss)
    assert (await acts_of(boss))[:2] == ["resumed", "paused"]


@pytest.mark.asvs("7.4.2")
async def test_a_block_shuts_out_at_once_and_can_be_undone(
    started: Started, boss: SignedIn, ada: SignedIn
) -> None:
    data_of(await act(boss, f"people/{ada.owner_id}/block"))
    error_of(await ada.http.get("/api/v1/me"), 401, "UNAUTHENTICATED")
    again = Person("https://issuer.test", "ada", "Ada")
    with pytest.raises(Blocked):
        await sign_in(started.ctx, again)
    [row] = [each for each in await people(boss) if each["name"] == "Ada"]
    assert row["blocked_at"]
    data_of(await act(boss, f"people/{ada.owner_id}/unblock"))
    assert await sign_in(started.ctx, again)
    assert (await acts_of(boss))[:4] == ["signed_in", "unblocked", "sign_in_blocked", "blocked"]


async def test_whoever_has_not_signed_in_since_there_are_people_can_be_blocked_too(
    boss: SignedIn, ada: SignedIn, database: TestDatabase
) -> None:
    database.run("DELETE FROM people WHERE name = 'Ada'")
    data_of(await act(boss, f"people/{ada.owner_id}/block"))
    error_of(await ada.http.get("/api/v1/me"), 401, "UNAUTHENTICATED")


async def test_an_address_that_somebody_made_up_is_no_error(started: Started, database: TestDatabase) -> None:
    token = visitor_address.set("x" * 500)
    await sign_in(started.ctx, Person("https://issuer.test", "ada", "Ada"))
    visitor_address.reset(token)
    assert [len(row["address"]) for row in database.run("SELECT address FROM audit_log")] == [100]


@pytest.mark.parametrize("name", ["=1", "a;=1", "a,+1", "a\n@x", "\t-1", "＝1"])  # noqa: RUF001
async def test_whatever_separates_cells_no_name_is_a_formula(
    name: str, boss: SignedIn, ada: SignedIn, database: TestDatabase
) -> None:
    await make(ada)
    database.run("UPDATE people SET name = %s WHERE name = 'Ada'", name)
    reply = await boss.http.get(f"{MONTH}/people.csv")
    assert f'"\'{name}",' in reply.text


async def test_whom_nobody_knows_and_oneself_cannot_be_blocked(boss: SignedIn) -> None:
    error_of(await act(boss, f"people/{uuid4()}/block"), 404, "NOT_FOUND")
    refused = error_of(await act(boss, f"people/{boss.owner_id}/block"), 400, "VALIDATION_ERROR")
    assert "yourself" in refused["message"]
    data_of(await boss.http.get(MONTH))


@pytest.mark.asvs("7.4.5")
async def test_ending_sessions_leaves_the_person_free_to_come_back(boss: SignedIn, ada: SignedIn) -> None:
    data_of(await act(boss, f"people/{ada.owner_id}/end-sessions"))
    error_of(await ada.http.get("/api/v1/me"), 401, "UNAUTHENTICATED")
    [row] = [each for each in await people(boss) if each["name"] == "Ada"]
    assert row["blocked_at"] is None
    assert (await acts_of(boss))[0] == "sessions_ended"
    error_of(await act(boss, f"people/{uuid4()}/end-sessions"), 404, "NOT_FOUND")


async def test_deleted_accounts_are_nobody_to_block(
    boss: SignedIn, ada: SignedIn, database: TestDatabase
) -> None:
    await make(ada)
    data_of(await ada.http.post("/api/v1/me/delete", json={"confirm": "delete my account"}))
    for what in ("block", "end-sessions"):
        error_of(await act(boss, f"people/{UUID(int=0)}/{what}"), 404, "NOT_FOUND")
    [row] = await people(boss, sort="generations", descending="true", limit=1)
    assert (row["is_deleted"], row["generations"], row["name"]) == (True, 1, None)
    # Nothing of the ledger's row leads back to a request or a moment.
    [kept] = database.run("SELECT created_at, settled_at FROM ledger")
    assert (kept["created_at"].hour, kept["created_at"].microsecond, kept["settled_at"]) == (0, 0, None)


async def test_a_block_waits_for_what_is_being_written(
    started: Started, boss: SignedIn, ada: SignedIn, database: TestDatabase
) -> None:
    async with started.ctx.database.transaction(ada.owner_id) as session:
        await session.execute(text("SELECT check_person(:owner)"), {"owner": ada.owner_id})
        blocking = asyncio.create_task(act(boss, f"people/{ada.owner_id}/block"))
        waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        await until(lambda: len(database.run(waiting)) == 1)
        await session.execute(
            text(
                "INSERT INTO api_tokens (token_hash, owner_id, name, scopes, expires_at)"
                " VALUES (sha256('x'), :owner, 'in time', '{read}', now() + interval '1 day')"
            ),
            {"owner": ada.owner_id},
        )
    data_of(await blocking)
    assert database.run("SELECT * FROM api_tokens") == []


async def test_whoever_is_blocked_and_tries_is_not_seen(
    started: Started, boss: SignedIn, ada: SignedIn, database: TestDatabase
) -> None:
    data_of(await act(boss, f"people/{ada.owner_id}/block"))
    with pytest.raises(Blocked):
        await sign_in(started.ctx, Person("https://issuer.test", "ada", "Another name"))
    [row] = database.run("SELECT name FROM people WHERE owner_id = %s", ada.owner_id)
    assert row["name"] == "Ada"


async def test_to_ask_for_the_head_is_no_act(boss: SignedIn) -> None:
    for url in (f"{MONTH}/people.csv", "/api/v1/me/export"):
        reply = await boss.http.head(url)
        assert (reply.status_code, reply.content) == (200, b"")
        assert "attachment" in reply.headers["content-disposition"]
    assert await acts_of(boss) == ["signed_in"]
    assert (await boss.http.get("/api/v1/me/export")).status_code == 200  # no lease was taken


async def people(boss: SignedIn, **query: object) -> list[dict[str, object]]:
    reply = await boss.http.get(f"{MONTH}/people", params={key: str(value) for key, value in query.items()})
    items: list[dict[str, object]] = data_of(reply)["items"]
    return items


async def test_a_month_by_day_and_by_person(boss: SignedIn, ada: SignedIn) -> None:
    await make(ada)
    await make(ada)
    month = data_of(await boss.http.get(MONTH))
    today = next(day for day in month["days"] if day["day"] == f"{datetime.now(UTC):%Y-%m-%d}")
    assert (today["generations"], today["failures"], today["charged_usd"]) == (2, 0, 0.094)
    assert (month["charged_usd"], month["reserved_usd"], month["left_usd"]) == (0.094, 0, None)
    assert sum(day["generations"] for day in month["days"]) == 2
    [row] = await people(boss, sort="spent", descending="true", limit=1)
    assert (row["name"], row["generations"], row["charged_usd"]) == ("Ada", 2, 0.094)


async def test_what_failed_is_counted(boss: SignedIn, ada: SignedIn, provider: EmulatedProvider) -> None:
    provider.never_finish()
    running = data_of(await ada.http.post(SUBMIT, json={"prompt": "a"}))["id"]
    data_of(await ada.http.post(f"/api/v1/generations/{running}/cancel"))
    [row] = await people(boss, q="ADA@people")
    assert (row["generations"], row["failures"], row["charged_usd"]) == (1, 1, 0.047)  # it had begun


async def test_the_table_of_people_sorts_searches_and_turns_pages(
    boss: SignedIn, database: TestDatabase
) -> None:
    database.run(
        "INSERT INTO people (owner_id, name, email)"
        " SELECT gen_random_uuid(), 'Person ' || n, lpad(n::text, 5, '0') || '@many.test'"
        " FROM generate_series(1, 10000) n"
    )
    first = data_of(await boss.http.get(f"{MONTH}/people", params={"q": "person 99", "limit": 5}))
    assert first["total"] == 111
    assert [row["name"] for row in first["items"]][:2] == ["Person 99", "Person 990"]
    last = await people(boss, q="person 99", limit=5, offset=110)
    assert [row["name"] for row in last] == ["Person 9999"]
    beyond = data_of(await boss.http.get(f"{MONTH}/people", params={"q": "person 99", "offset": 500}))
    assert beyond == {"total": 111, "items": []}
    newest = await people(boss, q="@many.test", sort="email", descending="true", limit=1)
    assert newest[0]["email"] == "10000@many.test"
    for wrong in ({"sort": "prompt"}, {"limit": 101}, {"offset": -1}, {"q": "x" * 201}):
        error_of(await boss.http.get(f"{MONTH}/people", params=wrong), 400, "VALIDATION_ERROR")
    for month in ("2026-13", "26-11", "2026-11-01", "' OR 1"):
        error_of(await boss.http.get(f"{ADMIN}/months/{month}"), 400, "VALIDATION_ERROR")


@pytest.mark.asvs("1.1.2")
async def test_no_spreadsheet_takes_a_name_for_a_formula(
    boss: SignedIn, ada: SignedIn, database: TestDatabase
) -> None:
    await make(ada)
    database.run(
        "UPDATE people SET name = '=HYPERLINK(\"http://evil.test\")', email = '+1@x' WHERE name = 'Ada'"
    )
    reply = await boss.http.get(f"{MONTH}/people.csv")
    assert reply.headers["content-type"] == "text/csv; charset=utf-8"
    assert reply.headers["cache-control"] == "private, no-store"
    assert reply.content.startswith(b"\xef\xbb\xbf")
    head, row = csv.reader(io.StringIO(reply.content.decode("utf-8-sig")))
    assert head == ["name", "email", "id", "generations", "failures", "charged_usd", "reserved_usd"]
    assert row == ['\'=HYPERLINK("http://evil.test")', "'+1@x", str(ada.owner_id), "1", "0", "0.047", "0"]
    assert (await acts_of(boss))[0] == "month_downloaded"


@pytest.mark.asvs("8.2.3")
async def test_nothing_of_it_has_a_prompt_of_anybody(
    boss: SignedIn, ada: SignedIn, database: TestDatabase
) -> None:
    """By all that the pages ask for, and by any statement of an administrator's session."""
    generation_id = await make(ada)
    for url in READS:
        reply = await boss.http.get(url)
        assert reply.status_code == 200
        assert SECRET not in reply.text
        assert generation_id not in reply.text
    error_of(await boss.http.get(f"/api/v1/generations/{generation_id}"), 404, "NOT_FOUND")
    error_of(await boss.http.get(f"/api/v1/generations/{generation_id}/image"), 404, "NOT_FOUND")
    with database.connect_as_serving_role() as connection:
        connection.execute(
            "SELECT set_config('app.login_token_hash', %s, false)", [LoginToken.of(boss.token).hash.hex()]
        )
        connection.execute("SELECT set_config('app.user_id', %s, false)", [str(boss.owner_id)])
        assert connection.execute("SELECT is_administrator() AS found").fetchall() == [{"found": True}]
        for table in ("generations", "prompt_search", "submit_keys", "api_tokens"):
            assert connection.execute(f"SELECT * FROM {table}").fetchall() == []
        [mine] = connection.execute("SELECT owner_id FROM login_sessions").fetchall()
        assert mine == {"owner_id": boss.owner_id}


@pytest.mark.asvs("16.3.3", "16.4.2")
async def test_the_audit_log_is_written_once_and_for_good(
    boss: SignedIn, ada: SignedIn, database: TestDatabase
) -> None:
    await act(boss, f"people/{ada.owner_id}/block")
    [row] = [each for each in database.run("SELECT * FROM audit_log") if each["act"] == "blocked"]
    assert (row["actor"], row["target"]) == (boss.owner_id, str(ada.owner_id))
    assert row["address"] == "127.0.0.1"
    assert len(row["request_id"]) >= 8
    shown = data_of(await boss.http.get(f"{ADMIN}/audit"))["items"][0]
    assert (shown["actor_name"], shown["target_name"]) == ("Boss", "Ada")
    with database.connect_as_serving_role() as connection:
        for statement in ("UPDATE audit_log SET act = 'x'", "TRUNCATE audit_log"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
                connection.execute(statement)
        forged = "INSERT INTO audit_log (actor, act, request_id) VALUES (%s, 'paused', '-')"
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute(forged, [boss.owner_id])
        connection.execute("INSERT INTO audit_log (at, act, request_id) VALUES ('2000-01-01', 'paused', 'x')")
        connection.commit()
        [backdated] = database.run("SELECT at FROM audit_log WHERE request_id = 'x'")
        assert backdated["at"].year >= 2026  # the time is the database's
        connection.execute("DELETE FROM audit_log")  # those of more than 400 days, if any
        assert connection.execute("SELECT * FROM audit_log").fetchall() == []
        connection.commit()
    assert len(database.run("SELECT * FROM audit_log WHERE act = 'blocked'")) == 1
    database.run("UPDATE audit_log SET at = now() - interval '401 days' WHERE act = 'blocked'")
    with database.connect_as_serving_role() as connection:
        connection.execute("DELETE FROM audit_log")
    assert database.run("SELECT * FROM audit_log WHERE act = 'blocked'") == []


async def test_the_audit_log_turns_pages(boss: SignedIn, database: TestDatabase) -> None:
    database.run("INSERT INTO audit_log (act, request_id) SELECT 'paused', '-' FROM generate_series(1, 60)")
    newest = data_of(await boss.http.get(f"{ADMIN}/audit"))["items"]
    assert len(newest) == 50
    older = data_of(await boss.http.get(f"{ADMIN}/audit", params={"before": newest[-1]["id"]}))["items"]
    assert len(older) == 11  # with the sign-in
    assert {row["id"] for row in older}.isdisjoint(row["id"] for row in newest)


@pytest.fixture
async def poor(settings: Settings, database: TestDatabase) -> AsyncIterator[Started]:
    changed = settings.model_copy(update={"budget_usd_per_month": Decimal("0.10"), "generations_per_day": 5})
    async with started_app(changed, database) as started:
        yield started


async def test_the_budget_the_limits_and_what_is_left(poor: Started) -> None:
    async with signed_in(poor.app, poor.ctx, "boss", is_admin=True) as boss:
        await make(boss)
        month = data_of(await boss.http.get(MONTH))
        assert month["left_usd"] == 0.053
        assert month["limits"] == {
            "model": "openai/gpt-image-2",
            "quality": "medium",
            "price_usd": 0.047,
            "generations_per_day": 5,
            "budget_usd": 0.1,
        }
