"""Migrations: up and down, at once from several sides, and when they cannot run."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from uuid import uuid4

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

from core.database.compatibility import MIGRATIONS_DIR, newest_revision, oldest_code
from core.database.connecting import role_of
from core.database.embedded import OWNING_ROLE, SERVING_ROLE
from core.database.migrate import downgrade, lock, migrate, upgrade
from core.errors import ConfigurationError
from tests.database.plain_sql import act_for, add_generation, column, connect
from tests.support.database import TestDatabase
from tests.support.waiting import wait_until

CATALOG = (
    """SELECT table_name, column_name, data_type, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2""",
    """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2""",
    "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
    "SELECT tablename, policyname, cmd, roles, qual, with_check FROM pg_policies ORDER BY 1, 2",
    """SELECT relname, relrowsecurity, relforcerowsecurity, relowner::regrole::text, relacl::text
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1""",
    "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace ORDER BY 1",
    "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1",
)


def catalog(database: TestDatabase) -> list[list[tuple[object, ...]]]:
    """Everything that a migration makes, as comparable rows."""
    return [[tuple(row.values()) for row in database.run(query)] for query in CATALOG]


@contextmanager
def as_owner(database: TestDatabase) -> Iterator[Connection]:
    engine = create_engine(database.owning_url)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def test_up_down_and_up_again_leave_the_same_schema(fresh: TestDatabase) -> None:
    migrate(fresh.owning_url, SERVING_ROLE)
    first = catalog(fresh)
    with as_owner(fresh) as connection:
        downgrade(connection)
    tables = fresh.run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    assert [row["tablename"] for row in tables] == ["alembic_version"]
    assert fresh.run("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace") == []
    migrate(fresh.owning_url, SERVING_ROLE)
    assert catalog(fresh) == first
    assert all(first)


def test_each_migration_goes_down_to_where_it_came_from(fresh: TestDatabase) -> None:
    revisions = [script.revision for script in ScriptDirectory(MIGRATIONS_DIR).walk_revisions()][::-1]
    with as_owner(fresh) as connection:
        for before, revision in zip(["base", *revisions], revisions, strict=False):
            upgrade(connection, revision)
            downgrade(connection, before)
            upgrade(connection, revision)
    assert fresh.run("SELECT version_num FROM alembic_version") == [{"version_num": newest_revision()}]


def test_rows_of_the_version_before_are_taken_along(fresh: TestDatabase) -> None:
    """Twice one prediction, a picture that was lost, runs that timed out just now and long ago."""
    with as_owner(fresh) as connection:
        upgrade(connection, "0003")
        add = (
            "INSERT INTO generations (owner_id, prompt, external_id, status, result_url, error_code, charge,"
            " created_at, finished_at) SELECT gen_random_uuid(), {}, now() - interval '2 hours', now() - {}"
        )
        for values, ago in (
            ("'first', 'p1', 'succeeded', 'https://x.test/1', NULL, 'charged'", "interval '1 minute'"),
            ("'second', 'p1', 'failed', NULL, 'MODERATED', 'unknown'", "interval '1 minute'"),
            ("'lost', 'p2', 'succeeded', 'https://x.test/2', NULL, 'charged'", "interval '2 hours'"),
            ("'late', 'p3', 'failed', NULL, 'TIMED_OUT', 'unknown'", "interval '5 minutes'"),
            ("'too late', 'p4', 'failed', NULL, 'TIMED_OUT', 'unknown'", "interval '2 hours'"),
        ):
            fresh.run(add.format(values, ago))
        upgrade(connection, "0004")
    rows = {row["prompt"]: row for row in fresh.generations()}
    assert sorted(filter(None, (row["external_id"] for row in rows.values()))) == ["p1", "p2", "p3", "p4"]
    assert {name for name, row in rows.items() if row["given_up_at"]} == {"lost", "too late"}
    listed = "SELECT prompt FROM generations_to_settle s JOIN generations g ON g.id = s.generation_id"
    assert {row["prompt"] for row in fresh.run(listed)} == {"first", "late"}
    with as_owner(fresh) as connection:
        downgrade(connection, "0003")
    assert {row["prompt"] for row in fresh.run(listed)} == {"first"}


def test_rows_without_a_quality_are_taken_along_and_still_written(fresh: TestDatabase) -> None:
    """As processes of the version before do, while they go on beside this one."""
    with as_owner(fresh) as connection:
        upgrade(connection, "0004")
        add_generation(fresh, uuid4(), "before")
        upgrade(connection, "0005")
    add_generation(fresh, uuid4(), "beside")
    fresh.run("UPDATE generations SET phase = 'drawing'")
    assert [row["quality"] for row in fresh.generations()] == [None, None]


def test_many_may_migrate_an_empty_database_at_once(fresh: TestDatabase) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda _: migrate(fresh.owning_url, SERVING_ROLE), range(6)))
    assert fresh.run("SELECT version_num FROM alembic_version") == [{"version_num": newest_revision()}]


def test_a_start_that_waits_for_another_one_says_so(
    fresh: TestDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    """The other one is of the version before, which locks in the name of its session."""
    caplog.set_level(logging.INFO)
    with connect(fresh.owning_url) as other, ThreadPoolExecutor(1) as pool:
        other.execute("SELECT pg_advisory_lock(hashtext('easel migrations'))")
        waiting = pool.submit(migrate, fresh.owning_url, SERVING_ROLE)
        wait_until(lambda: "Waiting for another migration" in caplog.text)
        assert not waiting.done()
        other.execute("SELECT pg_advisory_unlock(hashtext('easel migrations'))")
        waiting.result()
    assert fresh.run("SELECT version_num FROM alembic_version") == [{"version_num": newest_revision()}]


def test_no_lock_outlives_the_transaction_that_migrates(fresh: TestDatabase) -> None:
    """Behind a pooler it would stay with a server process that goes on serving others."""
    with as_owner(fresh) as connection:
        lock(connection)
        upgrade(connection, "0001")
        assert (
            fresh.run(
                "SELECT 1 FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
                " WHERE l.locktype = 'advisory' AND d.datname = current_database()"
            )
            == []
        )


def test_a_second_run_changes_nothing(fresh: TestDatabase) -> None:
    migrate(fresh.owning_url, SERVING_ROLE)
    add_generation(fresh, uuid4(), "kept")
    version_row = fresh.run("SELECT xmin::text, version_num FROM alembic_version")
    before = catalog(fresh)
    migrate(fresh.owning_url, SERVING_ROLE)
    assert catalog(fresh) == before
    assert fresh.run("SELECT xmin::text, version_num FROM alembic_version") == version_row
    assert [row["prompt"] for row in fresh.generations()] == ["kept"]


def test_one_role_may_do_both(fresh: TestDatabase) -> None:
    """With `DATABASE_URL` alone the owner of the tables serves, and FORCE keeps the policies binding."""
    ada = uuid4()
    migrate(fresh.owning_url, OWNING_ROLE)
    add_generation(fresh, ada, "Ada's")
    with connect(fresh.owning_url) as owner, owner.transaction():
        assert column(owner, "SELECT prompt FROM generations") == []
        act_for(owner, ada)
        assert column(owner, "SELECT prompt FROM generations") == ["Ada's"]


def test_the_newest_revision_is_the_one_that_a_migrated_database_has(migrated: TestDatabase) -> None:
    assert migrated.run("SELECT version_num FROM alembic_version") == [{"version_num": newest_revision()}]


def test_a_role_that_may_not_migrate_is_reported_in_one_line(fresh: TestDatabase) -> None:
    with pytest.raises(ConfigurationError) as caught:
        migrate(fresh.serving_url, SERVING_ROLE)
    [problem] = caught.value.problems
    assert problem == (
        "MIGRATION_DATABASE_URL: the migrations do not run: permission denied for schema public"
    )


def test_a_database_of_a_newer_version_is_refused_in_one_line(fresh: TestDatabase) -> None:
    migrate(fresh.owning_url, SERVING_ROLE)
    fresh.run("UPDATE alembic_version SET version_num = '9999'")
    fresh.run("UPDATE schema_compatibility SET oldest_code = '9998'")
    with pytest.raises(ConfigurationError) as caught:
        migrate(fresh.owning_url, SERVING_ROLE)
    assert caught.value.problems == [
        "this database is newer than this Easel (migration 9999): start a newer Easel"
    ]


def test_a_newer_database_that_this_version_may_serve_stays_as_it_is(fresh: TestDatabase) -> None:
    migrate(fresh.owning_url, SERVING_ROLE)
    fresh.run("UPDATE alembic_version SET version_num = '9999'")
    before = catalog(fresh)
    migrate(fresh.owning_url, SERVING_ROLE)
    assert catalog(fresh) == before
    assert fresh.run("SELECT version_num FROM alembic_version") == [{"version_num": "9999"}]


def test_each_migration_says_which_code_may_serve_beside_it() -> None:
    """Since code reads it; what one migration demands, all later ones do."""
    scripts = ScriptDirectory(MIGRATIONS_DIR)
    revisions = [script.revision for script in scripts.walk_revisions()][::-1]
    demanded = [oldest_code(each) for each in revisions if each >= "0012"]
    places = [revisions.index(each) for each in demanded]
    assert places == sorted(places)


def test_a_failed_migration_leaves_the_lock_to_others(fresh: TestDatabase) -> None:
    with pytest.raises(ConfigurationError):
        migrate(fresh.owning_url, "nobody of that name")
    migrate(fresh.owning_url, SERVING_ROLE)


@pytest.mark.parametrize(
    ("role", "is_bound"), [("easel_app", True), ("easel_owner", True), ("postgres", False)]
)
def test_whether_policies_bind_a_role(migrated: TestDatabase, role: str, is_bound: bool) -> None:
    url = migrated.serving_url.replace("//easel_app@", f"//{role}@")
    assert role_of(url) == (role, is_bound)


def test_a_role_with_bypassrls_is_not_bound(migrated: TestDatabase) -> None:
    with connect(migrated.superuser_url) as superuser:
        superuser.execute("CREATE ROLE bypassing LOGIN BYPASSRLS")
    try:
        assert not role_of(migrated.serving_url.replace("//easel_app@", "//bypassing@")).is_bound
    finally:
        migrated.run("DROP ROLE bypassing")


def test_a_role_of_any_name_is_granted_what_it_needs(fresh: TestDatabase) -> None:
    name = 'od"d role'
    fresh.run('CREATE ROLE "od""d role" LOGIN')
    try:
        migrate(fresh.owning_url, name)
        assert fresh.run("SELECT has_table_privilege(%s, 'generations', 'INSERT') AS may", name) == [
            {"may": True}
        ]
    finally:
        fresh.run('DROP OWNED BY "od""d role"; DROP ROLE "od""d role"')
