"""All that a person and an administrator do, by HTTP, while the rows lie on several machines."""

import asyncio
import io
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID

import httpx

from tests.citus.conftest import API, MADE_BEFORE, Installation
from tests.sign_in.flow import sign_in
from tests.support.provider import EmulatedProvider
from tests.support.waiting import until

ADMIN = "/api/v1/admin"
MONTH = f"{ADMIN}/months/{datetime.now(UTC):%Y-%m}"
ME = "/api/v1/me"


def data_of(reply: httpx.Response) -> Any:
    assert reply.status_code == 200, f"{reply.request.url}: {reply.text}"
    return reply.json()["data"]


async def make(http: httpx.AsyncClient, prompt: str) -> str:
    reply = await http.post(f"{API}/submit", json={"prompt": prompt}, headers={"Prefer": "wait=20"})
    found = data_of(reply)
    assert found["status"] == "succeeded", found
    return str(found["id"])


async def listed(http: httpx.AsyncClient, **params: str) -> list[str]:
    return [each["id"] for each in data_of(await http.get(API, params=params))["items"]]


async def until_stored(http: httpx.AsyncClient, generation_id: str) -> None:
    for _ in range(100):
        if (await http.get(f"{API}/{generation_id}/image")).status_code == 200:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("its picture was not stored")


def states(installation: Installation, owner: UUID) -> list[str]:
    found = installation.machines.database.run("SELECT state FROM ledger WHERE owner_id = %s", owner)
    return [row["state"] for row in found]


def is_gone(installation: Installation, table: str, owner: UUID) -> bool:
    return installation.machines.database.run(f"SELECT 1 FROM {table} WHERE owner_id = %s", owner) == []


def holding(condition: Callable[[], object]) -> Any:
    return until(condition, 30)


async def test_what_there_was_before_is_there(installation: Installation) -> None:
    async with installation.client(installation.veterans_token) as http:
        kept = await listed(http)
        assert len(kept) == MADE_BEFORE
        assert len(await listed(http, q="kite")) == MADE_BEFORE
        await until_stored(http, kept[0])
        made = await make(http, "a boat")
        assert await listed(http) == [made, *kept]


async def test_a_person_from_sign_in_to_the_end_of_the_account(installation: Installation) -> None:
    async with httpx.AsyncClient(base_url=installation.easel.url, timeout=40) as http:
        assert (await sign_in(http, subject="grace")).status_code == 303
        [person] = installation.machines.database.run("SELECT owner_id FROM people")
        owner: UUID = person["owner_id"]
        # This identity provider does not say when she proved who she is, which the deletion asks for.
        installation.machines.database.run(
            "INSERT INTO authentications SELECT token_hash, owner_id, now() FROM login_sessions"
            " WHERE owner_id = %s",
            owner,
        )
        data_of(await http.get(ME))
        assert (await http.get("/dashboard/generate")).status_code == 200
        first, second = await make(http, "a red kite"), await make(http, "zwei Äpfel")
        assert await listed(http) == [second, first]
        assert await listed(http, before=second) == [first]
        assert await listed(http, q="apfel") == [second]
        for each in (first, second):
            await until_stored(http, each)
        archive = await http.get(f"{API}/archive", params={"ids": f"{first},{second}"})
        assert len(zipfile.ZipFile(io.BytesIO(archive.content)).namelist()) == 2
        export = await http.get(f"{ME}/export")
        assert "generations.json" in zipfile.ZipFile(io.BytesIO(export.content)).namelist()
        await holding(lambda: states(installation, owner) == ["charged", "charged"])

        data_of(await http.post(f"{API}/{first}/delete"))
        assert await listed(http) == [second]
        data_of(await http.post(f"{API}/{first}/restore"))
        many = {"ids": [first, second]}
        assert len(data_of(await http.post(f"{API}/delete", json=many))["ids"]) == 2
        assert await listed(http) == []
        assert len(data_of(await http.post(f"{API}/restore", json=many))["ids"]) == 2

        wanted = {"name": "a program", "scopes": ["read", "generate"], "expires_in_days": 1}
        token = data_of(await http.post("/api/v1/tokens", json=wanted))["token"]
        bearer = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(base_url=installation.easel.url, headers=bearer, timeout=40) as program:
            third = await make(program, "by a program")
            assert await listed(program) == [third, second, first]
        assert len(data_of(await http.get(f"{ME}/sessions"))["items"]) == 1

        data_of(await http.post(f"{ME}/delete", json={"confirm": "delete my account"}))
        assert (await http.get(ME)).status_code == 401
    await holding(lambda: installation.machines.database.generations(owner) == [])
    for table in ("prompt_search", "generations_to_settle", "ledger", "ledger_settlements"):
        await holding(partial(is_gone, installation, table, owner))


async def test_a_deleted_picture_is_removed_once_its_time_has_passed(installation: Installation) -> None:
    owner, token = installation.newcomer()
    database = installation.machines.database
    async with installation.client(token) as http:
        made = await make(http, "to be removed")
        await until_stored(http, made)  # which would give it its time anew
        data_of(await http.post(f"{API}/{made}/delete"))
        # `due_at` is the loop's alone: the trigger sees only what has changed in a generation.
        database.run("UPDATE generations_to_settle SET due_at = now() WHERE owner_id = %s", owner)
        await holding(lambda: database.generations(owner) == [])
        assert (await http.get(f"{API}/{made}")).status_code == 404


async def test_what_fails_is_released_and_what_is_canceled_ends(
    installation: Installation, provider: EmulatedProvider
) -> None:
    owner, token = installation.newcomer()
    async with installation.client(token) as http:
        provider.never_finish()
        running = data_of(await http.post(f"{API}/submit", json={"prompt": "a kite"}))["id"]
        refused = await http.post(f"{API}/submit", json={"prompt": "another"})
        assert refused.status_code == 409
        assert refused.json()["error"]["details"] == {"id": running}
        data_of(await http.post(f"{API}/{running}/cancel"))
        found = data_of(await http.get(f"{API}/{running}"))
        assert found["error"]["code"] == "CANCELED"
        await holding(lambda: states(installation, owner) != ["reserved"])
        provider.finish()
        await make(http, "the next one")


async def test_of_forty_submits_at_once_one_starts(
    installation: Installation, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    _, token = installation.newcomer()
    async with installation.client(token) as http:
        answers = await asyncio.gather(
            *(http.post(f"{API}/submit", json={"prompt": f"kite {number}"}) for number in range(40))
        )
    assert Counter(each.status_code for each in answers) == {200: 1, 409: 39}
    assert provider.creates == 1


async def test_twelve_people_make_twelve_pictures_at_once(
    installation: Installation, provider: EmulatedProvider
) -> None:
    async def paint() -> None:
        _, token = installation.newcomer()
        async with installation.client(token) as http:
            await make(http, "a kite of mine")
            assert len(await listed(http)) == 1

    await asyncio.gather(*(paint() for _ in range(12)))
    assert provider.creates == 12


async def test_one_key_starts_one_picture(installation: Installation, provider: EmulatedProvider) -> None:
    _, token = installation.newcomer()
    async with installation.client(token) as http:
        http.headers["Idempotency-Key"] = "k"
        assert await make(http, "once") == await make(http, "once")
    assert provider.creates == 1


async def test_an_administrator_sees_and_stops(installation: Installation) -> None:
    boss, token = installation.newcomer()
    somebody, theirs = installation.newcomer()
    database = installation.machines.database
    database.run("UPDATE login_sessions SET is_admin = true WHERE owner_id = %s", boss)
    async with installation.client(token) as http, installation.client(theirs) as other:
        await make(other, "a kite")
        await holding(lambda: states(installation, somebody) == ["charged"])
        assert data_of(await http.get(MONTH))["days"]
        people = data_of(await http.get(f"{MONTH}/people"))["items"]
        assert str(somebody) in {each["owner_id"] for each in people}
        data_of(await http.post(f"{ADMIN}/pause"))
        assert (await other.post(f"{API}/submit", json={"prompt": "a"})).status_code == 503
        data_of(await http.post(f"{ADMIN}/resume"))
        data_of(await http.post(f"{ADMIN}/people/{somebody}/block"))
        assert (await other.get(ME)).status_code == 401
        assert len(data_of(await http.get(f"{ADMIN}/audit"))["items"]) >= 3


async def test_nothing_went_wrong_on_the_way(installation: Installation) -> None:
    log = installation.easel.log.read_text()
    assert "Traceback" not in log, log
    assert "do not hear each other's notices" in log
