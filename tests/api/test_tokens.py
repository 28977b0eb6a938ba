"""API tokens: how programs come in, what they may do, and when they are worthless."""

import asyncio
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from io import StringIO
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute
from starlette.routing import Mount

from core.api.access import Needs
from core.api_tokens import PREFIX, is_api_token, new_api_token
from core.settings import Settings
from tests.api.envelopes import SUBMIT, data_of, details_of, error_of
from tests.support.application import Started, client_for, started_app
from tests.support.database import TestDatabase
from tests.support.people import SignedIn, signed_in
from tests.support.waiting import until
from tests.support.wire import counting

TOKENS, LIST = "/api/v1/tokens", "/api/v1/generations"
BODY: dict[str, Any] = {"name": "Nightly", "scopes": ["generate"], "expires_in_days": 90}
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


async def make(person: SignedIn, **changes: Any) -> dict[str, Any]:
    """A new token of theirs, as it is answered."""
    data: dict[str, Any] = data_of(await person.http.post(TOKENS, json=BODY | changes))
    return data


@asynccontextmanager
async def program(started: Started, token: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client that has nothing but the token."""
    async with client_for(started.app) as http:
        http.headers["Authorization"] = f"Bearer {token}"
        yield http


def checksum(secret: str) -> str:
    number = zlib.crc32(secret.encode())
    digits = ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = DIGITS[digit] + digits
    return digits


def test_a_token_has_its_form_and_a_checksum() -> None:
    tokens = {new_api_token() for _ in range(500)}
    assert len(tokens) == 500
    for token in tokens:
        secret = token.removeprefix(PREFIX)[:30]
        assert token == f"easel_{secret}{checksum(secret)}"
        assert set(secret) <= set(DIGITS)
        assert is_api_token(token)
        assert not is_api_token(token[:-1] + ("0" if token[-1] != "0" else "1"))
    for odd in ("", "easel_", "easel_" + "é" * 36, next(iter(tokens)) + "0", next(iter(tokens)).upper()):
        assert not is_api_token(odd)


async def test_a_program_makes_a_picture_with_nothing_but_its_token(ada: SignedIn, started: Started) -> None:
    made = await make(ada)
    async with program(started, made["token"]) as http:
        # Another site's page could not send it: the cross-site rule is about cookies.
        submitted = await http.post(
            SUBMIT, json={"prompt": "a kite"}, headers={"Origin": "https://else.test"}
        )
        read = await http.get(f"{LIST}/{data_of(submitted)['id']}")
        assert data_of(read)["status"] == "succeeded"
        assert [each["prompt"] for each in data_of(await http.get(LIST))["items"]] == ["a kite"]
    [listed] = data_of(await ada.http.get(TOKENS))["items"]
    assert "token" not in listed
    assert listed["last_used_at"] >= listed["created_at"]
    assert {name: listed[name] for name in ("id", "name", "scopes")} == {
        "id": made["id"],
        "name": "Nightly",
        "scopes": ["generate"],
    }


@pytest.mark.asvs("11.5.1")
async def test_the_database_has_the_hash_alone(ada: SignedIn, database: TestDatabase) -> None:
    made = await make(ada)
    [row] = database.run("SELECT * FROM api_tokens")
    assert made["token"] not in str(row)
    assert made["token"].removeprefix(PREFIX) not in str(row)


@pytest.mark.asvs("8.2.1")
async def test_every_route_says_what_it_needs_and_is_refused_without(ada: SignedIn, started: Started) -> None:
    """A new route without a need does not start; one with too low a need is named here."""
    api = next(each.app for each in started.app.routes if isinstance(each, Mount) and each.path == "/api")
    tokens = {scope: (await make(ada, scopes=[scope]))["token"] for scope in ("read", "generate")}
    needed = {}
    for route in api.routes:  # type: ignore[attr-defined]
        if not isinstance(route, APIRoute) or not route.include_in_schema:
            continue
        needed[route.name] = route.needs  # type: ignore[attr-defined]
        path = "/api" + route.path.format(id="00000000-0000-4000-8000-000000000000")
        method = next(iter(route.methods or ()))
        for scope, token in tokens.items():
            async with program(started, token) as http:
                reply = await http.request(method, path)
            may = needed[route.name] in ({Needs.READ} if scope == "read" else {Needs.READ, Needs.GENERATE})
            assert (reply.status_code == 403) == (not may), (route.name, scope, reply.text)
            if not may:
                error_of(reply, 403, "FORBIDDEN")
    assert needed == {
        "list_generations": Needs.READ,
        "read_generation": Needs.READ,
        "fetch_picture": Needs.READ,
        "submit_generation": Needs.GENERATE,
        "cancel_generation": Needs.GENERATE,
        "delete_generation": Needs.COOKIE,
        "restore_generation": Needs.COOKIE,
        "delete_generations": Needs.COOKIE,
        "restore_generations": Needs.COOKIE,
        "archive_pictures": Needs.READ,
        "read_me": Needs.READ,
        "list_tokens": Needs.COOKIE,
        "create_token": Needs.COOKIE,
        "list_sessions": Needs.COOKIE,
        "end_session": Needs.COOKIE,
        "end_other_sessions": Needs.COOKIE,
        "export_account": Needs.COOKIE,
        "delete_account": Needs.COOKIE,
        "revoke_token": Needs.COOKIE,
    }


async def test_a_token_that_is_over_is_worthless_at_once(
    ada: SignedIn, started: Started, database: TestDatabase
) -> None:
    revoked, expired = await make(ada), await make(ada)
    data_of(await ada.http.post(f"{TOKENS}/{revoked['id']}/revoke"))
    database.run("UPDATE api_tokens SET expires_at = now() WHERE id = %s", expired["id"])
    for token in (revoked["token"], expired["token"], new_api_token()):
        async with program(started, token) as http:
            for reply in (
                await http.get(LIST),
                await http.get(f"{LIST}/00000000-0000-4000-8000-000000000000"),
                await http.get(f"{LIST}?limit=0"),
                await http.post(SUBMIT, json={"prompt": "a kite"}),
                await http.get(TOKENS),
            ):
                error = error_of(reply, 401, "UNAUTHENTICATED")
                assert error["message"].startswith("This API token is not valid")
    assert data_of(await ada.http.get(TOKENS))["items"] == []
    error_of(await ada.http.post(f"{TOKENS}/{revoked['id']}/revoke"), 404, "NOT_FOUND")


async def test_revoking_ends_what_is_held_for_it(ada: SignedIn, started: Started, provider: Any) -> None:
    provider.never_finish()
    made = await make(ada)
    await until(lambda: started.ctx.news.is_live)
    async with program(started, made["token"]) as http:
        held = asyncio.create_task(
            http.post(SUBMIT, json={"prompt": "a kite"}, headers={"Prefer": "wait=30"})
        )
        await until(lambda: len(started.ctx.held) == 1)
        await ada.http.post(f"{TOKENS}/{made['id']}/revoke")
        error_of(await held, 401, "UNAUTHENTICATED")


async def test_a_mistyped_token_never_reaches_the_database_and_a_right_one_costs_one_statement(
    settings: Settings, database: TestDatabase
) -> None:
    async with counting(database.serving_url) as wire:
        through = replace(database, serving_url=wire.url)
        async with (
            started_app(settings, through) as started,
            signed_in(started.app, started.ctx, "ada") as ada,
        ):
            generation = data_of(await ada.http.post(SUBMIT, json={"prompt": "a kite"}))
            made = await make(ada)
            await ada.http.get(f"{LIST}/{generation['id']}")
            async with program(started, made["token"]) as http:
                await http.get(LIST)
                wire.clear()
                data_of(await http.get(f"{LIST}/{generation['id']}"))
                assert [each for each in wire.statements if "read_generation" in each] == wire.statements
                assert len(wire.statements) == 1
                wire.clear()
                for wrong in (made["token"][:-1] + "!", made["token"].lower(), "abc", ""):
                    http.headers["Authorization"] = f"Bearer {wrong}"
                    error_of(await http.get(LIST), 401, "UNAUTHENTICATED")
                    error_of(await http.post(SUBMIT, json={"prompt": "a"}), 401, "UNAUTHENTICATED")
                assert wire.statements == []


async def test_a_request_with_both_is_judged_by_the_token(ada: SignedIn, ben: SignedIn) -> None:
    bens = await make(ben)
    await ada.http.post(SUBMIT, json={"prompt": "ada's"})
    bearer = {"Authorization": f"Bearer {bens['token']}"}
    assert data_of(await ada.http.get(LIST, headers=bearer))["items"] == []
    error_of(await ada.http.get(TOKENS, headers=bearer), 403, "FORBIDDEN")
    error_of(await ada.http.get(LIST, headers={"Authorization": "Bearer no"}), 401, "UNAUTHENTICATED")


async def test_neither_kind_passes_for_the_other(ada: SignedIn, started: Started) -> None:
    made = await make(ada)
    async with client_for(started.app) as http:
        http.cookies.set("easel_session", made["token"])
        error_of(await http.get(LIST), 401, "UNAUTHENTICATED")
        error_of(await http.get(TOKENS), 401, "UNAUTHENTICATED")
        page = await http.get("/dashboard/generate")
        assert page.headers["location"].startswith("/login")
    async with program(started, ada.token) as http:
        error_of(await http.get(LIST), 401, "UNAUTHENTICATED")


async def test_others_tokens_are_neither_seen_nor_revoked(ada: SignedIn, ben: SignedIn) -> None:
    made = await make(ada)
    assert data_of(await ben.http.get(TOKENS))["items"] == []
    error_of(await ben.http.post(f"{TOKENS}/{made['id']}/revoke"), 404, "NOT_FOUND")
    assert [each["id"] for each in data_of(await ada.http.get(TOKENS))["items"]] == [made["id"]]


async def test_twenty_are_enough_however_many_are_asked_for_at_once(
    ada: SignedIn, database: TestDatabase
) -> None:
    replies = await asyncio.gather(*(ada.http.post(TOKENS, json=BODY) for _ in range(25)))
    assert sorted(each.status_code for each in replies) == [200] * 20 + [400] * 5
    database.run("UPDATE api_tokens SET expires_at = now() WHERE name = 'Nightly'")
    assert await make(ada)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["admin"]}, "scopes"),
        ({"expires_in_days": 0}, "expires_in_days"),
        ({"expires_in_days": 366}, "expires_in_days"),
        ({"expires_in_days": 10**30}, "expires_in_days"),
    ],
)
async def test_what_is_wrong_is_named(ada: SignedIn, changes: dict[str, Any], field: str) -> None:
    details = details_of(await ada.http.post(TOKENS, json=BODY | changes))
    assert details["fieldErrors"].keys() == {field}


@pytest.mark.asvs("15.3.3")
async def test_nobody_makes_a_token_of_another(
    ada: SignedIn, ben: SignedIn, started: Started, database: TestDatabase
) -> None:
    more = {"owner_id": str(ben.owner_id), "last_used_at": "2026-01-01T00:00:00Z", "token": "easel_mine"}
    made = await make(ada, **more)
    [row] = database.run("SELECT * FROM api_tokens")
    assert (row["owner_id"], row["last_used_at"]) == (ada.owner_id, None)
    assert made["token"] != "easel_mine"


@pytest.mark.asvs("14.2.1", "16.2.5")
async def test_no_token_is_logged_by_its_use(ada: SignedIn, started: Started, log: StringIO) -> None:
    made = await make(ada)
    async with program(started, made["token"]) as http:
        await http.get(LIST)
        http.headers["Authorization"] += "x"
        await http.get(LIST)
    assert LIST in log.getvalue()
    assert made["token"] not in log.getvalue()
