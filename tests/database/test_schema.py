"""What the tables themselves refuse, and the trigger."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from psycopg.errors import CheckViolation, LockNotAvailable, NotNullViolation, UniqueViolation

from core.models import Generation, LoginSession
from tests.database.plain_sql import act_for, add_generation, connect
from tests.support.database import TestDatabase

ADA, BEN = uuid4(), uuid4()
LONG_AGO = datetime(2001, 1, 1, tzinfo=UTC)


def test_the_trigger_notes_when_a_row_changed(database: TestDatabase) -> None:
    add_generation(database, ADA, "a fox")
    database.run("UPDATE generations SET updated_at = %s, external_id = 'p1'", LONG_AGO)
    [row] = database.generations()
    assert row["created_at"] < row["updated_at"] < row["created_at"] + timedelta(minutes=1)


def test_one_generation_is_in_flight_per_owner(database: TestDatabase) -> None:
    add_generation(database, ADA, "first")
    with pytest.raises(UniqueViolation, match="generations_one_in_flight_per_owner"):
        add_generation(database, ADA, "second")
    add_generation(database, BEN, "another owner's")


def test_a_finished_generation_is_in_nobodys_way(database: TestDatabase) -> None:
    for status in ("succeeded", "failed", "succeeded", "failed", "processing"):
        add_generation(database, ADA, status, status)
    assert len(database.generations(ADA)) == 5


def test_a_second_submit_waits_for_the_first_one_to_commit(database: TestDatabase) -> None:
    """The index decides between transactions that cannot see each other's rows yet."""
    insert = "INSERT INTO generations (owner_id, prompt, model, status) VALUES (%s, 'p', 'm', 'processing')"
    with database.connect_as_serving_role() as first, database.connect_as_serving_role() as second:
        act_for(first, ADA)
        first.execute(insert, [ADA])
        act_for(second, ADA)
        second.execute("SET LOCAL lock_timeout = 100")
        with pytest.raises(LockNotAvailable):
            second.execute(insert, [ADA])
        second.rollback()
        first.commit()
        act_for(second, ADA)
        with pytest.raises(UniqueViolation):
            second.execute(insert, [ADA])


@pytest.mark.parametrize(
    "change",
    [
        "prompt = ''",
        "prompt = repeat('x', 801)",
        "status = 'paused'",
        "status = 'succeeded'",
        "phase = 'dreaming'",
        "charge = 'perhaps'",
        "quality = 'auto'",
        "stored_at = now()",
    ],
)
def test_a_running_generation_may_not_become(database: TestDatabase, change: str) -> None:
    add_generation(database, ADA, "a fox")
    with pytest.raises(CheckViolation):
        database.run(f"UPDATE generations SET {change}")


@pytest.mark.parametrize("prompt", ["x", "x" * 800, "😀" * 800])
def test_a_prompt_is_counted_in_characters(database: TestDatabase, prompt: str) -> None:
    add_generation(database, ADA, prompt)
    assert [row["prompt"] for row in database.generations()] == [prompt]


def test_a_generation_has_an_owner(database: TestDatabase) -> None:
    with pytest.raises(NotNullViolation):
        database.run("INSERT INTO generations (prompt, model, status) VALUES ('p', 'm', 'processing')")


def test_a_token_hash_is_a_sha_256(database: TestDatabase) -> None:
    with pytest.raises(CheckViolation):
        database.run(
            "INSERT INTO login_sessions (token_hash, owner_id, name, expires_at)"
            " VALUES ('\\x00', gen_random_uuid(), 'Ada', now())"
        )


@pytest.mark.parametrize("model", [Generation, LoginSession])
def test_the_models_name_the_columns_that_there_are(
    database: TestDatabase, model: type[Generation | LoginSession]
) -> None:
    with connect(database.owning_url) as owner:
        columns = owner.execute(f"SELECT * FROM {model.__tablename__}".encode()).description
    assert columns is not None
    assert {column.name for column in columns} == set(model.model_fields)
