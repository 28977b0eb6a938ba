"""What the serving role may see and do, with plain SQL: the database itself keeps people apart."""

from uuid import uuid4

import pytest
from psycopg.errors import InsufficientPrivilege

from tests.database.plain_sql import (
    PlainConnection,
    act_for,
    add_generation,
    add_login_session,
    column,
    connect,
    present_token,
)
from tests.support.database import TestDatabase

ADA, BEN = uuid4(), uuid4()
ADAS_TOKEN_HASH, BENS_TOKEN_HASH = b"a" * 32, b"b" * 32
INSERT = "INSERT INTO generations (owner_id, prompt, model, status) VALUES (%s, 'new', 'm/m', 'processing')"
INSERT_LOGIN_SESSION = (
    "INSERT INTO login_sessions (token_hash, owner_id, name, expires_at) VALUES (%s, %s, 'Eve', now())"
)


@pytest.fixture(autouse=True)
def _rows(database: TestDatabase) -> None:
    """A finished generation and a login session, of each of two people."""
    add_generation(database, ADA, "Ada's", "succeeded")
    add_generation(database, BEN, "Ben's", "succeeded")
    add_login_session(database, ADA, ADAS_TOKEN_HASH)
    add_login_session(database, BEN, BENS_TOKEN_HASH)


def prompts(connection: PlainConnection) -> list[object]:
    return column(connection, "SELECT prompt FROM generations ORDER BY prompt")


@pytest.mark.asvs("8.2.2", "8.4.1")
def test_an_owner_sees_only_their_own_generations(serving: PlainConnection) -> None:
    act_for(serving, ADA)
    assert prompts(serving) == ["Ada's"]
    act_for(serving, BEN)
    assert prompts(serving) == ["Ben's"]


def test_an_owner_inserts_only_for_themselves(serving: PlainConnection) -> None:
    act_for(serving, ADA)
    serving.execute(INSERT, [ADA])
    assert prompts(serving) == ["Ada's", "new"]
    with pytest.raises(InsufficientPrivilege, match="row-level security"):
        serving.execute(INSERT, [BEN])


def test_an_owner_updates_only_their_own_generations(
    serving: PlainConnection, database: TestDatabase
) -> None:
    act_for(serving, ADA)
    assert serving.execute("UPDATE generations SET prompt = 'changed'").rowcount == 1
    assert serving.execute("UPDATE generations SET prompt = '!' WHERE owner_id = %s", [BEN]).rowcount == 0
    serving.commit()
    assert [row["prompt"] for row in database.generations(BEN)] == ["Ben's"]


@pytest.mark.parametrize("table", ["generations", "login_sessions"])
def test_an_owner_cannot_give_a_row_away(serving: PlainConnection, table: str) -> None:
    act_for(serving, ADA)
    with pytest.raises(InsufficientPrivilege, match="row-level security"):
        serving.execute(f"UPDATE {table} SET owner_id = %s".encode(), [BEN])


@pytest.mark.asvs("16.5.3")
@pytest.mark.parametrize("owner", [None, ""], ids=["never set", "set to nothing"])
def test_without_an_owner_there_is_nothing(serving: PlainConnection, owner: str | None) -> None:
    if owner is not None:
        act_for(serving, owner)
    for table in ("generations", "login_sessions"):
        assert column(serving, f"SELECT owner_id FROM {table}") == []
        assert serving.execute(f"UPDATE {table} SET owner_id = owner_id".encode()).rowcount == 0
    assert serving.execute("DELETE FROM login_sessions").rowcount == 0
    with pytest.raises(InsufficientPrivilege, match="row-level security"):
        serving.execute(INSERT, [ADA])


def test_the_owner_ends_with_the_transaction(serving: PlainConnection) -> None:
    act_for(serving, ADA)
    present_token(serving, BENS_TOKEN_HASH)
    serving.commit()
    assert prompts(serving) == []
    assert column(serving, "SELECT name FROM login_sessions") == []


def test_an_owner_deletes_only_their_own_generations(
    serving: PlainConnection, database: TestDatabase
) -> None:
    act_for(serving, ADA)
    assert serving.execute("DELETE FROM generations").rowcount == 1
    serving.commit()
    assert [row["owner_id"] for row in database.generations()] == [BEN]


@pytest.mark.parametrize(
    "statement",
    ["TRUNCATE generations", "TRUNCATE login_sessions", "DELETE FROM alembic_version"],
)
def test_rows_cannot_be_swept_away(serving: PlainConnection, database: TestDatabase, statement: str) -> None:
    act_for(serving, ADA)
    with pytest.raises(InsufficientPrivilege, match="permission denied"):
        serving.execute(statement.encode())
    assert len(database.generations()) == 2


def test_a_token_opens_only_its_own_login_session(serving: PlainConnection) -> None:
    present_token(serving, ADAS_TOKEN_HASH)
    assert column(serving, "SELECT owner_id FROM login_sessions") == [ADA]
    assert serving.execute("UPDATE login_sessions SET last_seen_at = now()").rowcount == 1
    assert prompts(serving) == []
    assert serving.execute("DELETE FROM login_sessions").rowcount == 1
    present_token(serving, BENS_TOKEN_HASH)
    assert column(serving, "SELECT owner_id FROM login_sessions") == [BEN]


def test_a_token_that_nobody_has_opens_nothing(serving: PlainConnection) -> None:
    present_token(serving, b"x" * 32)
    assert column(serving, "SELECT owner_id FROM login_sessions") == []


def test_a_token_is_not_a_licence_to_start_login_sessions(serving: PlainConnection) -> None:
    present_token(serving, BENS_TOKEN_HASH)
    with pytest.raises(InsufficientPrivilege, match="row-level security"):
        serving.execute(INSERT_LOGIN_SESSION, [b"c" * 32, BEN])


def test_an_owner_starts_and_ends_only_their_own_login_sessions(
    serving: PlainConnection, database: TestDatabase
) -> None:
    act_for(serving, ADA)
    serving.execute(INSERT_LOGIN_SESSION, [b"c" * 32, ADA])
    assert serving.execute("DELETE FROM login_sessions").rowcount == 2
    serving.commit()
    assert [row["owner_id"] for row in database.run("SELECT owner_id FROM login_sessions")] == [BEN]
    act_for(serving, ADA)
    with pytest.raises(InsufficientPrivilege, match="row-level security"):
        serving.execute(INSERT_LOGIN_SESSION, [b"c" * 32, BEN])


INSERT_AUTHENTICATION = "INSERT INTO authentications (token_hash, owner_id, at) VALUES (%s, %s, now())"


def test_an_owner_sees_and_notes_only_their_own_authentications(
    serving: PlainConnection, database: TestDatabase
) -> None:
    database.run(INSERT_AUTHENTICATION, BENS_TOKEN_HASH, BEN)
    act_for(serving, ADA)
    serving.execute(INSERT_AUTHENTICATION, [ADAS_TOKEN_HASH, ADA])
    assert column(serving, "SELECT owner_id FROM authentications") == [ADA]
    serving.execute("DELETE FROM login_sessions")  # which takes it along
    assert column(serving, "SELECT owner_id FROM authentications") == []
    serving.commit()
    assert [row["owner_id"] for row in database.run("SELECT owner_id FROM authentications")] == [BEN]
    act_for(serving, ADA)
    with pytest.raises(InsufficientPrivilege, match="row-level security"):
        serving.execute(INSERT_AUTHENTICATION, [ADAS_TOKEN_HASH, BEN])


UNPROTECTED_TABLES = """
    SELECT relname::text FROM pg_class c
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'f')
    AND NOT (relrowsecurity AND relforcerowsecurity AND EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid))
"""


@pytest.mark.asvs("8.2.2")
def test_every_table_has_forced_row_level_security_and_a_policy(database: TestDatabase) -> None:
    """A new table, or a view that reads past the policies, fails here until its migration protects it."""
    assert database.run(UNPROTECTED_TABLES) == []


@pytest.mark.parametrize(
    "protection",
    [
        "",
        "ALTER TABLE late ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON late USING (true)",
        "ALTER TABLE late FORCE ROW LEVEL SECURITY; CREATE POLICY p ON late USING (true)",
        "ALTER TABLE late ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    ],
    ids=["nothing", "not forced", "not enabled", "no policy"],
)
def test_a_table_that_lacks_a_protection_is_found(database: TestDatabase, protection: str) -> None:
    with connect(database.superuser_url) as superuser, superuser.transaction(force_rollback=True):
        superuser.execute(f"CREATE TABLE late (); {protection}".encode())
        assert column(superuser, UNPROTECTED_TABLES) == ["late"]
