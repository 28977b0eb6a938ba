"""401: who is not signed in, however they pretend."""

import hashlib
from uuid import uuid4

import httpx
import pytest

from tests.api.envelopes import SUBMIT, data_of, error_of
from tests.support.database import TestDatabase
from tests.support.people import SignedIn
from tests.support.provider import EmulatedProvider

GARBAGE = [
    b"easel_session=",
    b"easel_session=no-such-token",
    b"easel_session=\xff\xfe\x80",
    b"easel_session=\x00\x01",
    b'easel_session="\\777\\000\\',
    b"easel_session=" + "🎨".encode(),
    b"easel_session=" + b"x" * 30_000,
    b"=;;=,;easel_session",
    b"\xff=\xff",
]


async def expect_refusal(http: httpx.AsyncClient, cookie: bytes | None = None) -> None:
    headers = {b"Cookie": cookie} if cookie is not None else {}
    for response in (
        await http.post(SUBMIT, json={"prompt": "a cat"}, headers=headers),
        await http.get(f"/api/v1/generations/{uuid4()}", headers=headers),
    ):
        error_of(response, 401, "UNAUTHENTICATED")


async def test_nobody_gets_in_without_a_cookie(
    http: httpx.AsyncClient, database: TestDatabase, provider: EmulatedProvider
) -> None:
    await expect_refusal(http)
    assert database.generations() == []
    assert provider.creates == 0


async def test_a_cookie_of_garbage_is_refused(http: httpx.AsyncClient, subtests: pytest.Subtests) -> None:
    for cookie in GARBAGE:
        with subtests.test(cookie=cookie[:20]):
            await expect_refusal(http, cookie)


@pytest.mark.asvs("7.2.1")
async def test_a_forged_cookie_is_refused(ada: SignedIn, http: httpx.AsyncClient) -> None:
    changed = ada.token[:-1] + ("a" if ada.token[-1] != "a" else "b")
    kept_in_the_database = hashlib.sha256(ada.token.encode()).hexdigest()
    for token in (changed, ada.token[:-1], ada.token + "a", kept_in_the_database):
        await expect_refusal(http, f"easel_session={token}".encode())


async def test_a_cookie_of_another_name_is_refused(ada: SignedIn, http: httpx.AsyncClient) -> None:
    await expect_refusal(http, f"__Host-easel_session={ada.token}".encode())


async def test_an_expired_cookie_is_refused(ada: SignedIn, database: TestDatabase) -> None:
    database.run("UPDATE login_sessions SET expires_at = now()")
    await expect_refusal(ada.http)


@pytest.mark.asvs("7.2.1")
async def test_the_cookie_of_a_person_who_has_signed_out_is_refused(ada: SignedIn, ben: SignedIn) -> None:
    await ada.http.post("/auth/logout")
    await expect_refusal(ben.http, f"easel_session={ada.token}".encode())
    data_of(await ben.http.post(SUBMIT, json={"prompt": "still signed in"}))


async def test_a_stranger_learns_nothing_of_what_would_have_been_said_of_the_request(
    http: httpx.AsyncClient,
) -> None:
    json = {"Content-Type": "application/json"}
    for response in (
        await http.post(SUBMIT, content=b"{", headers=json),
        await http.post(SUBMIT, json={"prompt": ""}),
        await http.post(SUBMIT, content=b"a cat", headers={"Content-Type": "text/plain"}),
        await http.get("/api/v1/generations/not-a-uuid"),
    ):
        error_of(response, 401, "UNAUTHENTICATED")
