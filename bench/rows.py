"""Tables with many rows, by plain SQL as the superuser, whom neither policies nor triggers hold up."""

from uuid import UUID

import psycopg

from tests.support.database import TestDatabase, plain

ROWS_OF_AN_OWNER = 200
ROWS_OF_WHO_SEARCHES = 10_000
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
_SEARCHED = """
INSERT INTO generations (owner_id, prompt, status, error_code, model, created_at)
SELECT '{searcher_id}', 'a picture of kites, boats and clouds by the sea, number ' || number,
    'failed', 'MODERATED', 'openai/gpt-image-2', now() - interval '60 days' + number * interval '500 seconds'
FROM generate_series({first}, {last}) AS number
"""
_SEARCH_FORMS = """
INSERT INTO prompt_search SELECT id, owner_id, created_at, search_form(prompt) FROM generations
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


def fill(database: TestDatabase, count: int, owner_id: UUID, searcher_id: UUID) -> None:
    """Add that many finished generations, `ROWS_OF_AN_OWNER` to each owner; one of them is `owner_id`.

    Those of `searcher_id` come on top, among the others.
    """
    owners = max(1, count // ROWS_OF_AN_OWNER)
    batches = range(0, count, _BATCH)
    searched = ROWS_OF_WHO_SEARCHES // len(batches)
    for at, first in enumerate(batches):
        last = min(first + _BATCH, count) - 1
        values = {"owners": owners, "owner_id": owner_id, "first": first, "last": last}
        _run(database, _GENERATIONS.format(**values))
        own = {"searcher_id": searcher_id, "first": at * searched, "last": (at + 1) * searched - 1}
        _run(database, _SEARCHED.format(**own))
    _run(database, _SEARCH_FORMS)
    _run(database, _LOGIN_SESSIONS.format(owners=owners))
    # As autovacuum does by and by; after such a fill it would take its time in the middle of the measurement.
    with psycopg.connect(plain(database.superuser_url), autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")


def set_history(database: TestDatabase, *, has_history: bool) -> None:
    """Run times of 37 to 43 seconds, or none."""
    database.run("TRUNCATE run_times")
    if has_history:
        database.run(_RUN_TIMES)


def _run(database: TestDatabase, statement: str) -> None:
    database.run(f"SET session_replication_role = replica; {statement}")
