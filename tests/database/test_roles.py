"""The serving role: able to serve, and nothing else."""

import pytest
from psycopg.errors import InsufficientPrivilege

from core.database.embedded import OWNING_ROLE, SERVING_ROLE
from tests.database.plain_sql import PlainConnection, column
from tests.support.database import TestDatabase


@pytest.mark.parametrize("role", [OWNING_ROLE, SERVING_ROLE])
def test_policies_bind_both_roles(database: TestDatabase, role: str) -> None:
    attributes = database.run(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles"
        " WHERE rolname = %s",
        role,
    )
    assert set(attributes[0].values()) == {False}


def test_the_serving_role_owns_nothing_and_is_a_member_of_nothing(database: TestDatabase) -> None:
    owned = "SELECT 1 FROM pg_shdepend WHERE deptype = 'o' AND refobjid = %s::regrole"
    assert database.run(owned, SERVING_ROLE) == []
    assert database.run("SELECT 1 FROM pg_auth_members WHERE member = %s::regrole", SERVING_ROLE) == []
    assert database.run(owned, OWNING_ROLE) != []


@pytest.mark.asvs("13.2.2")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE alembic_version SET version_num = '9999'",
        "INSERT INTO alembic_version VALUES ('9999')",
        "DELETE FROM alembic_version",
        "CREATE TABLE mine (id int)",
        "CREATE SCHEMA mine",
        "DROP TABLE generations",
        "ALTER TABLE generations DISABLE ROW LEVEL SECURITY",
        "CREATE POLICY everyone ON generations USING (true)",
        "DROP POLICY generations_owner_select ON generations",
        "ALTER TABLE generations DISABLE TRIGGER ALL",
        "SET ROLE easel_owner",
        "CREATE ROLE another",
    ],
)
def test_the_serving_role_may_not(serving: PlainConnection, statement: str) -> None:
    with pytest.raises(InsufficientPrivilege):
        serving.execute(statement.encode())


def test_row_security_cannot_be_switched_off_for_a_transaction(serving: PlainConnection) -> None:
    serving.execute("SET LOCAL row_security = off")
    with pytest.raises(InsufficientPrivilege, match="row-level security"):
        serving.execute("SELECT * FROM generations")


def test_the_serving_role_reads_the_revision(serving: PlainConnection) -> None:
    assert len(column(serving, "SELECT version_num FROM alembic_version")) == 1
