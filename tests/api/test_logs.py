"""The log: one line a request, and nothing secret in it."""

import json
import logging
import re
import time
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Literal

import httpx
import pytest
from pydantic import SecretStr

from core import services
from core.api_tokens import Scope, new_api_token
from core.settings import Settings
from core.sign_in.routes import DEMO_PERSON
from tests.api.envelopes import SUBMIT, data_of
from tests.api.logs import written_log
from tests.support.application import Started, make_settings
from tests.support.faults import answering
from tests.support.people import SignedIn, signed_in
from tests.support.provider import EmulatedProvider


@pytest.mark.asvs("14.2.1", "16.2.5")
async def test_a_request_is_one_line_with_its_id_and_without_its_query(
    http: httpx.AsyncClient, log: StringIO
) -> None:
    await http.get("/api/nothing?code=4/secret", headers={"X-Request-Id": "given-by-me"})
    line = r"[\d-]+T[\d:.]+Z INFO easel.access \[given-by-me\] GET /api/nothing 404 \d+ ms by -\n"
    assert re.fullmatch(line, log.getvalue())


async def test_a_head_is_logged_as_one(http: httpx.AsyncClient, log: StringIO) -> None:
    await http.head("/login")
    assert " HEAD /login 200 " in log.getvalue()


async def test_a_visitor_cannot_write_a_line_of_their_own(http: httpx.AsyncClient, log: StringIO) -> None:
    await http.get("/api/a%0D%0A2026-01-01 INFO forged%1b[2J%C2%85%E2%80%A8")
    assert len(log.getvalue().splitlines()) == 1
    assert "/api/a%0D%0A2026-01-01%20INFO%20forged%1B%5B2J%C2%85%E2%80%A8 404" in log.getvalue()


async def test_a_line_is_not_as_long_as_a_visitor_likes(http: httpx.AsyncClient, log: StringIO) -> None:
    for path in ("/api/v1/" + "%80" * 20_000, f"/api/v1{'/a' * 140}/{new_api_token()}"):
        await http.get(path)
    lines = log.getvalue().splitlines()
    assert "GET /api/v1/... 404" in lines[0]
    assert all(len(line) < 500 and "easel_" not in line for line in lines)


@pytest.mark.parametrize("log_format", ["text", "json"])
async def test_an_api_token_in_an_address_is_hidden(
    http: httpx.AsyncClient, log_format: Literal["text", "json"]
) -> None:
    tokens = [new_api_token(), new_api_token()]
    with written_log(log_format=log_format) as log:
        await http.get(f"/api/v1/{tokens[0]}/", headers={"X-Request-Id": tokens[1]})
    assert "GET /api/v1/easel_***/ 404" in log.getvalue()
    assert [each for each in tokens if each in log.getvalue()] == []


async def test_what_monitors_and_pages_ask_all_the_time_is_not_logged(
    http: httpx.AsyncClient, log: StringIO
) -> None:
    for path in ("/healthz", "/readyz", "/assets/theme.js"):
        await http.get(path)
    assert log.getvalue() == ""


@pytest.mark.asvs("16.2.5")
async def test_nothing_secret_reaches_the_log(
    ada: SignedIn, http: httpx.AsyncClient, provider: EmulatedProvider, log: StringIO
) -> None:
    demo = await http.post("/auth/demo?next=/dashboard")
    await http.get("/dashboard/generate")
    await http.post("/auth/logout")
    await http.get("/auth/callback/oidc?code=the-code&state=the-state")
    await http.get("/api/", headers={"Cookie": "easel_session=forged-token", "Authorization": "Bearer mine"})
    provider.emulator.fault = answering(401, {"detail": "r8_test_token is not a token"})
    await ada.http.post(SUBMIT, json={"prompt": "my innermost wish"})
    provider.emulator.fault = None
    await ada.http.post(SUBMIT, json={"prompt": "my innermost wish"})

    written = log.getvalue()
    assert "POST /api/v1/generations/submit 502" in written
    assert "was refused: PROVIDER_REJECTED" in written
    secrets = ["r8_test_token", ada.token, demo.cookies["easel_session"], "the-code", "the-state"]
    secrets += ["forged-token", "Bearer", "innermost", "a secret for tests"]
    assert [secret for secret in secrets if secret in written] == []


async def test_a_known_secret_is_hidden_wherever_it_turns_up(
    ada: SignedIn, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the token r8_test_token was refused")

    monkeypatch.setattr(services, "submit_generation", fail)
    with written_log(settings.secret_values) as log:
        await ada.http.post(SUBMIT, json={"prompt": "a cat"})
    assert "RuntimeError: the token *** was refused" in log.getvalue()
    assert "r8_test_token" not in log.getvalue()


def test_every_secret_setting_is_known_to_the_log() -> None:
    names = [name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)]
    assert len(names) > 5
    secrets = {name: SecretStr(f"postgresql://{name}") for name in names}
    settings = make_settings(**secrets)
    with written_log(settings.secret_values) as log:
        for name in names:
            value = getattr(settings, name)
            logging.getLogger("easel").warning("%s", value.get_secret_value())
    assert log.getvalue().count("***") == len(names)
    assert "postgresql" not in log.getvalue()


def test_a_secret_too_short_to_be_one_does_not_blot_out_the_log() -> None:
    with written_log(["a", ""]) as log:
        logging.getLogger("easel").warning("a cat")
    assert "a cat" in log.getvalue()


@pytest.mark.parametrize("name", ["httpx", "httpcore", "authlib", "uvicorn.access", "uvicorn.error"])
def test_libraries_that_log_addresses_with_their_query_are_kept_quiet(log: StringIO, name: str) -> None:
    logging.getLogger(name).info("GET /auth/callback/oidc?code=the-code")
    assert log.getvalue() == ""


@pytest.mark.asvs("16.2.2")
@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "UTC"])
def test_times_are_utc_wherever_it_runs(log: StringIO, zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        logging.getLogger("easel").warning("now")
    finally:
        monkeypatch.undo()
        time.tzset()
    written = datetime.fromisoformat(log.getvalue().split()[0])
    assert abs((datetime.now(UTC) - written).total_seconds()) < 60


@pytest.mark.asvs("16.2.1", "16.3.2")
async def test_what_is_refused_says_to_whom(
    started: Started, ada: SignedIn, http: httpx.AsyncClient, log: StringIO
) -> None:
    async with signed_in(started.app, started.ctx, "ben") as ben:
        created = data_of(await ben.http.post(SUBMIT, json={"prompt": "a red kite"}))
        path = f"/api/v1/generations/{created['id']}"
        for _ in range(2):  # her token is not known yet, and is
            assert (await ada.http.get(path)).status_code == 404
        assert (await ada.http.post(f"{path}/cancel")).status_code == 404
        evil = {"Origin": "https://evil.test"}
        assert (await ada.http.post(SUBMIT, json={"prompt": "x"}, headers=evil)).status_code == 403
    assert (await http.get(path)).status_code == 401
    lines = [line.partition(" /api/v1/generations/")[2].split() for line in log.getvalue().splitlines()]
    refused = [(line[1], line[-1]) for line in lines if line and line[1] != "200"]
    assert refused == [*[("404", str(ada.owner_id))] * 3, ("403", "-"), ("401", "-")]


@pytest.mark.asvs("16.3.1", "16.3.2")
async def test_a_token_that_may_not_do_it_says_whose_it_is(
    started: Started, ada: SignedIn, http: httpx.AsyncClient, log: StringIO
) -> None:
    text, token = await services.create_api_token(
        started.ctx, owner_id=ada.owner_id, name="a", scopes=[Scope.READ], days=1
    )
    bearer = {"Authorization": f"Bearer {text}"}
    assert (await http.post(SUBMIT, json={"prompt": "x"}, headers=bearer)).status_code == 403
    assert f"token_made by {ada.owner_id} on {token.id}" in log.getvalue()
    assert re.search(rf"submit 403 \d+ ms by {ada.owner_id}\n", log.getvalue())


@pytest.mark.asvs("16.3.1")
async def test_a_sign_in_is_logged_with_its_owner(http: httpx.AsyncClient, log: StringIO) -> None:
    await http.post("/auth/demo")
    assert f"signed_in by {DEMO_PERSON.owner_id} on -\n" in log.getvalue()


@pytest.mark.asvs("16.2.1", "16.2.2", "16.2.4")
async def test_as_json_a_request_is_one_object(ada: SignedIn, http: httpx.AsyncClient) -> None:
    with written_log(log_format="json") as log:
        await ada.http.get("/api/v1/me?code=4/secret", headers={"X-Request-Id": "given-by-me"})
        await http.get("/api/nothing")
    mine, strangers = [json.loads(line) for line in log.getvalue().splitlines()]
    written = datetime.fromisoformat(mine.pop("time"))
    assert written.utcoffset() == timedelta(0)
    assert abs((datetime.now(UTC) - written).total_seconds()) < 60
    milliseconds = mine.pop("milliseconds")
    assert isinstance(milliseconds, int)
    assert mine == {
        "level": "INFO",
        "logger": "easel.access",
        "message": f"GET /api/v1/me 200 {milliseconds} ms by {ada.owner_id}",
        "request_id": "given-by-me",
        "owner": str(ada.owner_id),
        "address": "127.0.0.1",
        "method": "GET",
        "path": "/api/v1/me",
        "status": 200,
    }
    assert strangers["status"] == 404
    assert "owner" not in strangers


@pytest.mark.asvs("16.2.1")
async def test_as_json_a_page_says_to_whom(ada: SignedIn, http: httpx.AsyncClient) -> None:
    with written_log(log_format="json") as log:
        assert (await ada.http.get("/dashboard")).status_code == 200
        assert (await http.get("/login")).status_code == 200
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    owners = {line["path"]: line.get("owner") for line in lines if line["logger"] == "easel.access"}
    assert owners == {"/dashboard": str(ada.owner_id), "/login": None}


async def test_as_json_what_is_told_meanwhile_says_whose_request_it_is(
    ada: SignedIn, provider: EmulatedProvider
) -> None:
    provider.emulator.fault = answering(422, {"detail": "no"})
    with written_log(log_format="json") as log:
        await ada.http.post(SUBMIT, json={"prompt": "a red kite"}, headers={"X-Request-Id": "given-by-me"})
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    [refused] = [line for line in lines if "was refused" in line["message"]]
    assert (refused["level"], refused["logger"]) == ("WARNING", "core.services.submit")
    assert (refused["owner"], refused["request_id"]) == (str(ada.owner_id), "given-by-me")
    assert "status" not in refused


def test_as_json_errors_and_secrets_stay_on_their_line() -> None:
    secret = 'a "secret" with quotes'
    with written_log([secret], "json") as log:
        try:
            raise RuntimeError(f"{secret} was refused\nforged")  # noqa: TRY301
        except RuntimeError:
            logging.getLogger("easel").exception("with %s", secret)
    [line] = log.getvalue().splitlines()
    told = json.loads(line)
    assert told["message"] == "with ***"
    assert "RuntimeError: *** was refused" in told["exception"]
