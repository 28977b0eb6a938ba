"""Tables with many rows, by plain SQL as the superuser, whom neither policies nor triggers hold up."""

from uuid import UUID

from tests.support.database import TestDatabase

ROWS_OF_AN_OWNER = 200
_BATCH = 500_000

_GENERATIONS = """
INSERT INTO generations (owner_id, prompt, status, result_url, model, quality, phase, charge, picture_type,
    picture_width, picture_height, created_at, finished_at, stored_at)
SELECT CASE mod(number, {owners})
        WHEN 0 THEN '{owner_id}' ELSE md5('owner ' || mod(number, {owners}))::uuid END,
    'a benchmark of row ' || number, 'succeeded', 'https://files.example/' || number || '.png',
    'openai/gpt-image-2', 'medium', 'drawing', 'charged', 'image/png', 800, 600,
    moment, moment + interval '40 seconds', moment + interval '42 seconds'
FROM (
    SELECT number, now() - interval '60 days' + number * interval '1 second' AS moment
    FROM generate_series({first}, {last}) AS number
) AS numbered
"""
_LOGIN_SESSIONS = """
INSERT INTO login_sessions (token_hash, owner_id, name, expires_at)
SELECT sha256(number::text::bytea), md5('owner ' || number)::uuid, 'Ada', now() + interval '14 days'
FROM generate_series(1, {owners}) AS number
"""
_RUN_TIMES = """
INSERT INTO run_times (model, quality, seconds, finished_at)
SELECT 'openai/gpt-image-2', 'medium', 40 + 3 * sin(number), now() - number * interval '1 minute'
FROM generate_series(1, 50) AS number
"""


def fill(database: TestDatabase, count: int, owner_id: UUID) -> None:
    """Add that many finished generations, `ROWS_OF_AN_OWNER` to each owner; one of them is `owner_id`."""
    owners = max(1, count // ROWS_OF_AN_OWNER)
    for first in range(0, count, _BATCH):
        last = min(first + _BATCH, count) - 1
        values = {"owners": owners, "owner_id": owner_id, "first": first, "last": last}
        _run(database, _GENERATIONS.format(**values))
    _run(database, _LOGIN_SESSIONS.format(owners=owners))
    database.run("ANALYZE")


def set_history(database: TestDatabase, *, has_history: bool) -> None:
    """Run times of 37 to 43 seconds, or none."""
    database.run("TRUNCATE run_times")
    if has_history:
        database.run(_RUN_TIMES)


def _run(database: TestDatabase, statement: str) -> None:
    database.run(f"SET session_replication_role = replica; {statement}")
