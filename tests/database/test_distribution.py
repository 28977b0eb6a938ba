"""What `deploy/distribute.sh` makes of the schema, without Citus: all of it but one part is plain SQL.

`make citus-test` tries the whole on real machines.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest
from sqlalchemy import event

from core.database.compatibility import newest_revision
from core.database.embedded import SERVING_ROLE
from core.database.migrate import downgrade, migrate, upgrade
from tests.database.plain_sql import add_generation
from tests.database.test_migrations import as_owner
from tests.database.test_row_level_security import UNPROTECTED_TABLES
from tests.support.database import TestDatabase, plain
from tests.support.provider import EmulatedProvider
from tests.support.servers import ROOT, EaselProcess, served_settings
from tests.support.waiting import wait_until

SCRIPT = ROOT / "deploy" / "distribute.sh"
FOLDER = ROOT / "deploy" / "distribute"
API = "/api/v1/generations"
ADA, BEN = uuid4(), uuid4()

UNIQUE_WITHOUT_OWNER = """
    SELECT indexrelid::regclass::text AS name FROM pg_index i
    WHERE indisunique AND indrelid = ANY (%(tables)s::regclass[]) AND NOT EXISTS (SELECT FROM pg_attribute a
        WHERE a.attrelid = i.indrelid AND a.attname = 'owner_id' AND a.attnum = ANY (i.indkey))
"""
LINKS_WITHOUT_OWNER = """
    SELECT conname::text AS name FROM pg_constraint
    WHERE contype = 'f'
        AND (conrelid = ANY (%(tables)s::regclass[]) OR confrelid = ANY (%(tables)s::regclass[]))
        AND NOT (conrelid = ANY (%(tables)s::regclass[]) AND confrelid = ANY (%(tables)s::regclass[])
            AND pg_get_constraintdef(oid) LIKE 'FOREIGN KEY (owner_id,%%REFERENCES %%(owner_id,%%')
"""


def distributed() -> list[str]:
    """The tables that are laid on several machines."""
    return re.findall(r"create_distributed_table\('(\w+)'", (FOLDER / "2_tables.sql").read_text())


def names(database: TestDatabase, query: str, parameters: dict[str, Any] | None = None) -> list[str]:
    with psycopg.connect(plain(database.superuser_url)) as connection:
        return [row[0] for row in connection.execute(query.encode(), parameters)]


def run_parts(database: TestDatabase) -> None:
    """All of the script but what only Citus can do, in one transaction, as the superuser."""
    with psycopg.connect(plain(database.superuser_url)) as connection:
        for part in ("1_keys", "3_foreign_keys", "4_functions"):
            connection.execute((FOLDER / f"{part}.sql").read_bytes())


@pytest.fixture
def rekeyed(fresh: TestDatabase) -> TestDatabase:
    migrate(fresh.owning_url, SERVING_ROLE)
    run_parts(fresh)
    return fresh


def test_every_unique_index_of_a_distributed_table_holds_the_owner(rekeyed: TestDatabase) -> None:
    """Whoever adds another to such a table changes it in `1_keys.sql`, as Citus refuses it."""
    assert {"generations", "prompt_search"} < set(distributed())
    assert names(rekeyed, UNIQUE_WITHOUT_OWNER, {"tables": distributed()}) == []
    assert names(rekeyed, LINKS_WITHOUT_OWNER, {"tables": distributed()}) == []


@pytest.mark.parametrize(
    ("addition", "query"),
    [
        ("CREATE UNIQUE INDEX late ON generations (result_url)", UNIQUE_WITHOUT_OWNER),
        ("ALTER TABLE prompt_search ADD CONSTRAINT late UNIQUE (created_at)", UNIQUE_WITHOUT_OWNER),
        (
            """CREATE TABLE t (owner_id uuid, of uuid,
            CONSTRAINT late FOREIGN KEY (owner_id, of) REFERENCES generations (owner_id, id))""",
            LINKS_WITHOUT_OWNER,
        ),
    ],
)
def test_an_index_or_a_link_without_the_owner_is_found(
    rekeyed: TestDatabase, addition: str, query: str
) -> None:
    rekeyed.run(addition)
    assert names(rekeyed, query, {"tables": distributed()}) == ["late"]


def test_the_triggers_of_distributed_tables_are_known(rekeyed: TestDatabase) -> None:
    """One that runs on a machine of many may touch its owner's rows alone."""
    found = names(
        rekeyed,
        "SELECT tgname::text FROM pg_trigger"
        " WHERE NOT tgisinternal AND tgrelid = ANY (%(tables)s::regclass[]) ORDER BY tgname",
        {"tables": distributed()},
    )
    assert found == [
        "generations_ledger",
        "generations_news",  # which the script takes away
        "generations_search",
        "generations_to_settle",
        "generations_touch",
    ]


def test_no_function_sets_what_does_not_travel(migrated: TestDatabase) -> None:
    """`set_local` is what the script can replace."""
    found = names(
        migrated,
        "SELECT proname::text FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " AND prosrc LIKE '%set_config%' AND proname <> 'set_local'",
    )
    assert found == []


def test_the_script_is_of_the_newest_migration() -> None:
    """A migration may replace what the script has replaced, or add what cannot be distributed."""
    assert re.findall(r"^MIGRATION=(\d+)$", SCRIPT.read_text(), re.MULTILINE) == [newest_revision()]


def commands(statement: str) -> list[str]:
    """The commands in a text, without the bodies of functions."""
    bare = re.sub(r"(\$\w*\$).*?\1|--[^\n]*", "", statement, flags=re.DOTALL)
    return [each for each in (part.strip() for part in bare.split(";")) if each]


def alters_distributed(statement: str) -> bool:
    tables = "|".join(distributed())
    return bool(re.search(rf"\b(ALTER TABLE|ON)\s+(ONLY\s+)?({tables})\b", statement))


def test_later_migrations_send_alone_what_alters_a_distributed_table(fresh: TestDatabase) -> None:
    """Citus would send the whole text to the machines for each command in it."""
    sent: list[str] = []
    with as_owner(fresh) as connection:
        upgrade(connection, "0013")
        event.listen(connection, "before_cursor_execute", lambda *given: sent.append(given[2]))
        upgrade(connection)
    assert [each for each in sent if len(commands(each)) > 1 and alters_distributed(each)] == []
    together = "ALTER TABLE generations ADD a text; CREATE FUNCTION f() AS $$ x; $$; -- and; so on"
    assert alters_distributed(together)
    assert commands(together) == ["ALTER TABLE generations ADD a text", "CREATE FUNCTION f() AS"]


def test_its_tables_are_protected_and_open_to_the_serving_role(rekeyed: TestDatabase) -> None:
    assert rekeyed.run(UNPROTECTED_TABLES) == []
    with rekeyed.connect_as_serving_role() as serving:
        for table in ("predictions", "ledger_settlements"):
            serving.execute(f"SELECT count(*) FROM {table}".encode())
    owners = names(rekeyed, "SELECT DISTINCT tableowner::text FROM pg_tables WHERE schemaname = 'public'")
    assert owners == ["easel_owner"]


def test_rows_are_taken_along(fresh: TestDatabase) -> None:
    migrate(fresh.owning_url, SERVING_ROLE)
    first, second = add_generation(fresh, ADA, "a kite"), add_generation(fresh, BEN, "a boat")
    fresh.run("UPDATE generations SET external_id = 'p1' WHERE id = %s", first)
    run_parts(fresh)
    assert fresh.run("SELECT external_id, generation_id FROM predictions") == [
        {"external_id": "p1", "generation_id": first}
    ]
    fresh.run("DELETE FROM generations WHERE id = %s", second)
    for table in ("generations_to_settle", "prompt_search"):
        assert fresh.run(f"SELECT generation_id FROM {table}") == [{"generation_id": first}]


def test_two_generations_never_have_one_prediction(rekeyed: TestDatabase) -> None:
    first, second = add_generation(rekeyed, ADA, "a kite"), add_generation(rekeyed, BEN, "a kite")
    with rekeyed.connect_as_serving_role() as serving:
        for owner, generation, is_saved in [(ADA, first, True), (ADA, first, True), (BEN, second, False)]:
            serving.execute("SELECT set_local('app.user_id', %s)", [str(owner)])
            [found] = serving.execute(
                "SELECT save_prediction(%s, %s, 'p1', 1)", [owner, generation]
            ).fetchall()
            assert found["save_prediction"] is is_saved
    assert [row["external_id"] for row in rekeyed.generations(BEN)] == [None]


def test_it_is_no_way_back_for_versions_before(rekeyed: TestDatabase) -> None:
    with as_owner(rekeyed) as connection, pytest.raises(Exception, match="the tables are distributed"):
        downgrade(connection, "0012")


@pytest.fixture
def easel(rekeyed: TestDatabase, provider: EmulatedProvider, tmp_path: Path) -> Iterator[EaselProcess]:
    with EaselProcess(tmp_path, **served_settings(rekeyed, provider.url, tmp_path / "data")) as easel:
        yield easel


def test_easel_serves_it_as_ever(easel: EaselProcess, rekeyed: TestDatabase) -> None:
    """A picture that is charged and removed, another one, and then the end of the account."""
    rekeyed.sign_in("token", ADA)
    with httpx.Client(base_url=easel.url, cookies={"easel_session": "token"}, timeout=40) as http:
        made = make(http, "a red kite")
        wait_until(lambda: ledger(rekeyed) == ["charged"])
        assert http.post(f"{API}/{made}/delete").status_code == 200
        rekeyed.run("UPDATE generations SET deleted_at = now() - interval '1 minute'")
        rekeyed.run("UPDATE generations_to_settle SET due_at = now()")
        wait_until(lambda: rekeyed.generations() == [])
        make(http, "a boat")
        deleted = http.post("/api/v1/me/delete", json={"confirm": "delete my account"})
        assert deleted.status_code == 200, deleted.text
    wait_until(lambda: rekeyed.generations() == [])
    assert ledger(rekeyed) == ["charged", "charged"]
    assert rekeyed.run("SELECT DISTINCT owner_id FROM ledger") == [{"owner_id": UUID(int=0)}]
    for table in ("generations_to_settle", "prompt_search"):
        assert rekeyed.run(f"SELECT FROM {table}") == []
    wait_until(lambda: rekeyed.run("SELECT FROM ledger_settlements") == [])
    assert "Traceback" not in easel.log.read_text()


def make(http: httpx.Client, prompt: str) -> str:
    reply = http.post(f"{API}/submit", json={"prompt": prompt}, headers={"Prefer": "wait=10"})
    assert reply.json()["data"]["status"] == "succeeded", reply.text
    generation_id: str = reply.json()["data"]["id"]
    return generation_id


def ledger(database: TestDatabase) -> list[str]:
    return [row["state"] for row in database.run("SELECT state FROM ledger ORDER BY created_at")]
