"""Login sessions: who is signed in, by a token that the database does not know."""

import base64
import hashlib
from datetime import timedelta

import pytest
from psycopg.rows import DictRow

from core import services
from core.context import Context
from core.services.login_sessions import Person
from tests.support.database import TestDatabase

ADA = Person("https://issuer.test", "ada", "Ada", "https://pictures.test/ada.png")


@pytest.mark.asvs("7.2.2", "7.2.3", "11.5.1")
async def test_a_token_of_256_random_bits_tells_who_is_signed_in(quiet_ctx: Context) -> None:
    token, other = await services.sign_in(quiet_ctx, ADA), await services.sign_in(quiet_ctx, ADA)
    assert len(base64.urlsafe_b64decode(f"{token}=")) == 32
    assert token != other
    found = await services.get_login_session(quiet_ctx, token)
    assert found
    assert (found.owner_id, found.name, found.picture) == (ADA.owner_id, "Ada", ADA.picture)


async def test_only_the_sha256_of_the_token_is_stored(quiet_ctx: Context, database: TestDatabase) -> None:
    token = await services.sign_in(quiet_ctx, ADA)
    [row] = database.run("SELECT *, login_sessions::text AS everything FROM login_sessions")
    assert row["token_hash"] == hashlib.sha256(token.encode()).digest()
    assert token not in row["everything"]
    assert (row["ends_at"] - row["created_at"]).days == 14


@pytest.mark.parametrize("token", [None, "", "unknown", "\x00", "\ud800", "x" * 100_000, "' OR 1=1 --"])
async def test_a_token_that_nobody_was_given_signs_nobody_in(quiet_ctx: Context, token: str | None) -> None:
    await services.sign_in(quiet_ctx, ADA)
    assert await services.get_login_session(quiet_ctx, token) is None
    await services.sign_out(quiet_ctx, token)


async def test_the_stored_hash_is_not_a_token(quiet_ctx: Context) -> None:
    token = await services.sign_in(quiet_ctx, ADA)
    assert await services.get_login_session(quiet_ctx, hashlib.sha256(token.encode()).hexdigest()) is None


@pytest.mark.asvs("7.3.2")
async def test_a_login_session_ends_when_it_expires(quiet_ctx: Context, database: TestDatabase) -> None:
    token = await services.sign_in(quiet_ctx, ADA)
    database.run("UPDATE login_sessions SET expires_at = now()")
    assert await services.get_login_session(quiet_ctx, token) is None


@pytest.mark.asvs("7.3.1")
async def test_no_request_revives_a_login_session_that_nobody_used_for_a_week(
    quiet_ctx: Context, database: TestDatabase
) -> None:
    token = await services.sign_in(quiet_ctx, ADA)
    let_pass(database, timedelta(days=6, hours=23))
    assert await services.get_login_session(quiet_ctx, token)  # which is a use
    let_pass(database, timedelta(days=6, hours=23))
    let_pass(database, timedelta(hours=1))
    left = times(database)
    for _ in range(3):
        assert await services.get_login_session(quiet_ctx, token) is None
        assert await services.find_page(quiet_ctx, token) is None
        assert not await services.list_login_sessions(quiet_ctx, owner_id=ADA.owner_id)
    assert times(database) == left


def times(database: TestDatabase) -> list[DictRow]:
    return database.run("SELECT created_at, last_seen_at, expires_at, ends_at FROM login_sessions")


def let_pass(database: TestDatabase, past: timedelta) -> None:
    """The second statement, as the first is a use, which puts the end off."""
    [before] = times(database)
    database.run(
        "UPDATE login_sessions SET created_at = created_at - past, last_seen_at = last_seen_at - past,"
        " ends_at = ends_at - past FROM (SELECT %s::interval) AS t(past)",
        past,
    )
    database.run("UPDATE login_sessions SET expires_at = %s", before["expires_at"] - past)


async def test_signing_in_removes_ones_own_expired_login_sessions(
    quiet_ctx: Context, database: TestDatabase
) -> None:
    ben = ADA._replace(subject="ben")
    for person in (ADA, ben):
        await services.sign_in(quiet_ctx, person)
    database.run("UPDATE login_sessions SET expires_at = now()")
    await services.sign_in(quiet_ctx, ADA)
    rows = database.run("SELECT owner_id, expires_at > now() AS live FROM login_sessions ORDER BY live")
    assert [tuple(row.values()) for row in rows] == [(ben.owner_id, False), (ADA.owner_id, True)]


async def test_signing_out_ends_this_login_session_and_no_other(quiet_ctx: Context) -> None:
    token, on_the_phone = await services.sign_in(quiet_ctx, ADA), await services.sign_in(quiet_ctx, ADA)
    for _ in range(2):
        await services.sign_out(quiet_ctx, token)
        assert await services.get_login_session(quiet_ctx, token) is None
    assert await services.get_login_session(quiet_ctx, on_the_phone)


@pytest.mark.parametrize(("minutes", "is_touched"), [(4, False), (6, True)])
async def test_last_seen_is_noted_every_five_minutes(
    quiet_ctx: Context, database: TestDatabase, minutes: int, is_touched: bool
) -> None:
    token = await services.sign_in(quiet_ctx, ADA)
    database.run("UPDATE login_sessions SET last_seen_at = now() - make_interval(mins => %s)", minutes)
    assert await services.get_login_session(quiet_ctx, token)
    [row] = database.run("SELECT last_seen_at > now() - interval '1 minute' AS touched FROM login_sessions")
    assert row["touched"] is is_touched


def test_the_same_person_is_the_same_owner_whatever_they_are_called() -> None:
    assert ADA._replace(name="Augusta", picture=None).owner_id == ADA.owner_id
    assert str(ADA.owner_id) == "03c6cffd-efef-5e56-ad93-b09c46f18b3f"


@pytest.mark.parametrize(
    "person",
    [
        ADA._replace(issuer="https://other.test"),
        ADA._replace(subject="Ada"),
        ADA._replace(issuer="https://issuer.testa", subject="da"),
        ADA._replace(issuer="", subject="https://issuer.testada"),
        ADA._replace(subject="ada\x00"),
    ],
)
def test_another_issuer_or_subject_is_another_owner(person: Person) -> None:
    assert person.owner_id != ADA.owner_id


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("", ""),
        ("A\x00da", "Ada"),
        ("A\ud800da", "A?da"),
        ("x" * 10_000, "x" * 200),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("مرحبا \u202e🪁", "مرحبا \u202e🪁"),
        ("'; DROP TABLE login_sessions; --", "'; DROP TABLE login_sessions; --"),
    ],
)
async def test_any_name_can_be_stored(quiet_ctx: Context, name: str, stored: str) -> None:
    found = await services.get_login_session(
        quiet_ctx, await services.sign_in(quiet_ctx, ADA._replace(name=name))
    )
    assert found
    assert found.name == stored


@pytest.mark.asvs("1.2.2")
@pytest.mark.parametrize(
    ("picture", "stored"),
    [
        (None, None),
        ("", None),
        ("https://pictures.test/\x00a.png", "https://pictures.test/a.png"),
        ("https://pictures.test/\ud800.png", "https://pictures.test/?.png"),
        ("http://pictures.test/a.png", None),
        ("javascript:alert(1)", None),
        ("data:image/png;base64,AAAA", None),
        (f"https://pictures.test/{'x' * 2000}", None),
    ],
)
async def test_a_picture_is_a_short_https_address_or_none(
    quiet_ctx: Context, picture: str | None, stored: str | None
) -> None:
    token = await services.sign_in(quiet_ctx, ADA._replace(picture=picture))
    found = await services.get_login_session(quiet_ctx, token)
    assert found
    assert found.picture == stored
