"""What is to be done for a generation: the trigger and the model say the same of every possible row."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import product
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from core.charges import Charge
from core.failures import FailureCode
from core.models import TASK_DUE_AFTER, Generation, Status
from tests.support.database import TestDatabase, plain

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
COLUMNS: dict[str, tuple[object, ...]] = {
    "status": tuple(Status),
    "error_code": (None, *FailureCode),
    "charge": (None, *Charge),
    "late_charge": (None, Charge.CHARGED, Charge.NOT_CHARGED),
    "stored_at": (None, NOW),
    "given_up_at": (None, NOW),
    "deleted_at": (None, NOW),
}
PICTURE = {"picture_type": "image/png", "picture_width": 1, "picture_height": 1}
UPDATE = "UPDATE generations SET " + ", ".join(f"{name} = %({name})s" for name in (*COLUMNS, *PICTURE))
DUE = """
    SELECT s.due_at - CASE WHEN g.deleted_at IS NULL THEN now() ELSE g.deleted_at END AS after
    FROM generations g LEFT JOIN generations_to_settle s ON s.generation_id = g.id
"""


def rows() -> Iterator[dict[str, Any]]:
    """Every combination that the table's constraints admit."""
    for values in product(*COLUMNS.values()):
        row: dict[str, Any] = dict(zip(COLUMNS, values, strict=True))
        if row["stored_at"] and row["status"] is not Status.SUCCEEDED:
            continue
        yield row | (PICTURE if row["stored_at"] else dict.fromkeys(PICTURE))


@pytest.fixture
def connection(database: TestDatabase) -> Iterator[psycopg.Connection[Any]]:
    """A transaction with one generation, which ends with the test."""
    with psycopg.connect(plain(database.superuser_url)) as connection:
        connection.execute(
            "INSERT INTO generations (owner_id, prompt, status, result_url, model)"
            " VALUES (%s, 'a kite', 'processing', 'https://pictures.test/1.png', 'm/m')",
            (uuid4(),),
        )
        yield connection
        connection.rollback()


def test_the_trigger_lists_what_the_model_says_is_to_be_done(connection: psycopg.Connection[Any]) -> None:
    count = 0
    for row in rows():
        connection.execute(UPDATE, row)
        [after] = connection.execute(DUE).fetchone() or [None]
        task = Generation(owner_id=uuid4(), prompt="a kite", model="m/m", **row).task
        assert after == (TASK_DUE_AFTER[task] if task else None), row
        count += 1
    assert count == 1_536
