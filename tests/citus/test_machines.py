"""Where the rows lie, who may see them there, and what the script says."""

import psycopg
import pytest
from psycopg.rows import dict_row

from tests.citus.conftest import Installation
from tests.support.database import plain

TABLES = ("generations", "generations_to_settle", "prompt_search", "ledger_settlements")
SHARDS = """
    SELECT c.oid::regclass::text AS shard, relrowsecurity AND relforcerowsecurity AS is_forced,
        (SELECT count(*) FROM pg_policy WHERE polrelid = c.oid) AS policies
    FROM pg_class c WHERE relkind = 'r' AND relname ~ '^({})_[0-9]+$'
""".format("|".join(TABLES))


def test_the_script_waits_for_no_easel_and_runs_again(installation: Installation) -> None:
    assert installation.too_early.returncode == 1
    assert "stop every Easel" in installation.too_early.stderr
    for port in installation.machines.workers:
        assert f"easel: generations on 127.0.0.1:{port}, 16 of 32 shards" in installation.distributed.stdout
    assert installation.again.returncode == 0
    assert "only the functions are brought up to date" in installation.again.stdout


def test_a_role_that_is_no_superuser_is_told_so(installation: Installation) -> None:
    refused = installation.machines.distribute(role="easel_owner")
    assert (refused.returncode, refused.stderr) == (1, "easel: this takes a superuser\n")


def test_rows_of_many_owners_lie_on_every_worker(installation: Installation) -> None:
    machines = installation.machines
    for _ in range(40):
        owner, _ = installation.newcomer()
        machines.database.run(
            "INSERT INTO generations (owner_id, prompt, model, status) VALUES (%s, 'p', 'm', 'failed')", owner
        )
    counts = [_rows(installation, port) for port in machines.workers]
    assert all(counts)
    assert sum(counts) == len(machines.database.generations()), counts
    assert _rows(installation, machines.coordinator) == 0
    left = machines.run_at(machines.coordinator, "SELECT pg_relation_size('generations') AS bytes")
    assert left == [{"bytes": 0}]  # nothing of what was copied


def _rows(installation: Installation, port: int) -> int:
    """The generations that a machine has itself."""
    shards = installation.machines.run_at(port, SHARDS)
    found = [each["shard"] for each in shards if each["shard"].startswith("generations_1")]
    return sum(
        installation.machines.run_at(port, f"SELECT count(*) AS number FROM {each}")[0]["number"]
        for each in found
    )


def test_row_level_security_is_forced_on_every_shard(installation: Installation) -> None:
    for port in installation.machines.workers:
        shards = installation.machines.run_at(port, SHARDS)
        assert len(shards) == 16 * len(TABLES)
        assert all(each["is_forced"] and each["policies"] for each in shards)


@pytest.mark.parametrize("role", ["easel_app", "easel_owner"])
def test_at_a_worker_a_role_sees_nobodys_rows_either(installation: Installation, role: str) -> None:
    """Past the coordinator, which sends the setting along."""
    for port in installation.machines.workers:
        shards = [each["shard"] for each in installation.machines.run_at(port, SHARDS)]
        for shard in shards:
            if shard.startswith(("generations_1", "prompt_search_1")):
                query = f"SELECT count(*) AS number FROM {shard}"
                assert installation.machines.run_at(port, query, role=role) == [{"number": 0}]


def test_the_owner_does_not_leak_into_the_next_transaction(installation: Installation) -> None:
    """Of the same connection, which has the same connections to the workers."""
    query = b"SELECT count(*) AS number FROM generations"
    with psycopg.connect(
        plain(installation.machines.database.serving_url), row_factory=dict_row, autocommit=True
    ) as serving:
        for _ in range(3):
            with serving.transaction():
                serving.execute("SELECT set_local('app.user_id', %s)", [str(installation.veteran)])
                assert serving.execute(query).fetchone() != {"number": 0}
            assert serving.execute(query).fetchone() == {"number": 0}
            listed = "SELECT count(*) AS number FROM list_generations(NULL, %s, NULL, 100)"
            assert serving.execute(listed, [installation.veteran]).fetchone() != {"number": 0}
            assert serving.execute(query).fetchone() == {"number": 0}


def test_a_shard_that_is_moved_keeps_its_rows_policies_and_triggers(installation: Installation) -> None:
    machines = installation.machines
    [row] = machines.run_at(
        machines.coordinator,
        "SELECT s.shardid, s.nodeport FROM citus_shards s WHERE s.shardid ="
        " get_shard_id_for_distribution_column('generations', %s)",
        installation.veteran,
    )
    [target] = [port for port in machines.workers if port != row["nodeport"]]
    triggers = (
        "SELECT count(*) AS number FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = to_regclass(%s)"
    )
    shard = f"generations_{row['shardid']}"
    before = machines.run_at(row["nodeport"], triggers, shard)
    rows = len(machines.database.generations(installation.veteran))
    machines.run_at(
        machines.coordinator,
        "SELECT citus_move_shard_placement(%s, '127.0.0.1', %s, '127.0.0.1', %s, 'block_writes')",
        row["shardid"],
        row["nodeport"],
        target,
    )
    assert machines.run_at(target, triggers, shard) == before
    assert len(machines.database.generations(installation.veteran)) == rows > 0
    moved = [each for each in machines.run_at(target, SHARDS) if each["shard"] == shard]
    assert [each["is_forced"] for each in moved] == [True]
    link = "SELECT count(*) AS number FROM pg_constraint WHERE contype = 'f' AND confrelid = to_regclass(%s)"
    assert machines.run_at(target, link, shard) == [{"number": 2}]
    assert machines.run_at(target, f"SELECT count(*) AS number FROM {shard}", role="easel_app") == [
        {"number": 0}
    ]


LATER = (
    "ALTER TABLE generations ADD mood text",
    "ALTER TABLE generations ADD CONSTRAINT generations_mood_check CHECK (mood <> '') NOT VALID",
    "CREATE INDEX generations_by_mood ON generations (owner_id, mood)",
    """CREATE OR REPLACE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.updated_at = now();
        NEW.mood = 'calm';
        RETURN NEW;
    END;
    $$""",
    "CREATE POLICY generations_nobody ON generations FOR SELECT USING (false)",
)


def test_a_later_migration_reaches_every_machine(installation: Installation) -> None:
    """As the owning role and in one transaction, as migrations are, but each statement for itself."""
    machines = installation.machines
    with psycopg.connect(plain(machines.database.owning_url)) as owner:
        for statement in LATER:
            owner.execute(statement.encode())
    machines.database.run("UPDATE generations SET prompt = 'p' WHERE owner_id = %s", installation.veteran)
    moods = {row["mood"] for row in machines.database.generations(installation.veteran)}
    assert moods == {"calm"}
    for port in machines.workers:
        for table, kept in (("pg_class", "relname"), ("pg_constraint", "conname")):
            query = f"SELECT {kept} FROM {table} WHERE {kept} ~ '^generations_(by_)?mood'"
            assert len(machines.run_at(port, query)) >= 16


def test_statements_for_other_machines_are_sent_one_by_one(installation: Installation) -> None:
    """Which is why migrations have to: Citus sends the whole text for each of them."""
    with (
        psycopg.connect(plain(installation.machines.database.owning_url)) as owner,
        pytest.raises(psycopg.errors.SyntaxError, match="multiple commands"),
    ):
        owner.execute("ALTER TABLE generations ADD late text; ALTER TABLE generations DROP late")
