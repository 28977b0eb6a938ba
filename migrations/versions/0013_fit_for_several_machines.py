"""Functions that do the same on one machine, and on tables that `deploy/distribute.sh` has laid on several.

PostgreSQL alone goes on as it was: no key, index or table changes. What the script changes is in the script.
"""

import re
import runpy
from pathlib import Path

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# The newest migration that the oldest code knew which may go on serving beside this one.
oldest_code = "0012"

_SETTINGS = r"""
-- Set something until the transaction ends. PostgreSQL puts `set_config` in place of a call; on several
-- machines the function is another one, whose setting reaches all of them.
CREATE FUNCTION set_local(name text, value text) RETURNS text LANGUAGE sql AS
    $$ SELECT set_config(name, value, true) $$;

-- The beginning of a transaction: whose rows it sees, which login session, and how long a statement may take.
CREATE FUNCTION begin_for(owner text, login_token_hash text, statement_timeout text)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_local('app.user_id', owner), set_local('app.login_token_hash', login_token_hash),
        set_local('statement_timeout', statement_timeout);
END;
$$;
"""

_TASKS = """
-- As in 0004, but for the owner, by whom rows lie on one machine or another; and the key is called by its
-- name, as its columns are others there.
CREATE OR REPLACE FUNCTION note_what_to_settle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    due timestamptz := CASE
        WHEN NEW.deleted_at IS NOT NULL THEN NEW.deleted_at + interval '30 seconds'
        WHEN NEW.status = 'processing' THEN now() + interval '10 seconds'
        WHEN NEW.status = 'succeeded' AND NEW.stored_at IS NULL AND NEW.given_up_at IS NULL
            THEN now() + interval '2 seconds'
        WHEN NEW.status = 'failed' AND NEW.error_code = 'TIMED_OUT' AND NEW.charge = 'unknown'
                AND NEW.late_charge IS NULL AND NEW.given_up_at IS NULL
            THEN now() + interval '10 seconds'
    END;
BEGIN
    IF due IS NULL THEN
        DELETE FROM generations_to_settle WHERE generation_id = NEW.id AND owner_id = NEW.owner_id;
    ELSE
        INSERT INTO generations_to_settle (generation_id, owner_id, due_at)
        VALUES (NEW.id, NEW.owner_id, due)
        ON CONFLICT ON CONSTRAINT generations_to_settle_pkey
            DO UPDATE SET due_at = EXCLUDED.due_at, attempts = 0;
    END IF;
    RETURN NULL;
END;
$$;

-- Write down the prediction of a generation, and when asking about it makes sense. False when another
-- generation has that prediction, even one that the policies hide.
CREATE FUNCTION save_prediction(owner uuid, generation uuid, prediction text, poll_in float8)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    violated text;
BEGIN
    UPDATE generations g SET external_id = prediction, phase = 'starting',
        next_poll_at = now() + make_interval(secs => poll_in)
        WHERE g.id = generation AND g.owner_id = owner;
    RETURN true;
EXCEPTION WHEN unique_violation THEN
    GET STACKED DIAGNOSTICS violated = CONSTRAINT_NAME;
    IF violated <> 'generations_external_id' THEN
        RAISE;
    END IF;
    RETURN false;
END;
$$;
"""

# As in 0011, but for one thing: what lies with an owner, and what lies in one place for all, are no longer
# read by one statement, and no function is called in a condition on an owner's rows, which may be elsewhere.
_APART = """
-- Take over what was noted for the ledger, of everybody or of one person. On one machine nothing is noted: a
-- trigger reaches the ledger itself.
CREATE FUNCTION settle_noted(person uuid, batch integer) RETURNS void LANGUAGE plpgsql AS
    $$ BEGIN END; $$;

CREATE OR REPLACE FUNCTION find_page(token_hash bytea) RETURNS TABLE (
    owner_id uuid, name text, is_admin boolean, has_made boolean, running uuid,
    today integer, month_usd numeric, day_ends_at timestamptz, month_ends_at timestamptz,
    is_paused boolean, charged_usd numeric, reserved_usd numeric
) LANGUAGE plpgsql AS $$
DECLARE
    me uuid := enter(token_hash, NULL);
    made boolean := EXISTS (SELECT FROM generations g WHERE g.owner_id = me AND g.deleted_at IS NULL);
    runs uuid := (SELECT g.id FROM generations g WHERE g.owner_id = me AND g.status = 'processing');
BEGIN
    RETURN QUERY SELECT me, s.name, s.is_admin, made, runs, l.*
        FROM login_sessions s CROSS JOIN LATERAL read_limits(me) l
        WHERE s.token_hash = find_page.token_hash AND s.expires_at > now();
END;
$$;

CREATE OR REPLACE FUNCTION list_for_account_deletion(owner uuid, at_most integer)
RETURNS SETOF generations LANGUAGE plpgsql AS $$
DECLARE
    back_at timestamptz;
BEGIN
    PERFORM enter(NULL, owner);
    back_at := came_back_at(owner);
    RETURN QUERY SELECT g.* FROM generations g
        WHERE g.owner_id = owner AND g.created_at < back_at AND g.status <> 'processing'
        ORDER BY g.created_at LIMIT at_most;
END;
$$;

CREATE OR REPLACE FUNCTION end_account_deletion(owner uuid, settling interval)
RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    back_at timestamptz;
    booked uuid[];
    remaining uuid[];
    of_today integer;
    day_ends_at timestamptz := (today_utc() + interval '1 day') AT TIME ZONE 'UTC';
BEGIN
    PERFORM enter(NULL, owner);
    PERFORM settle_noted(owner, NULL);
    back_at := came_back_at(owner);
    -- In this order: of a generation that is added meanwhile, the ledger's row is not known here, and stays.
    booked := ARRAY(SELECT l.generation_id FROM ledger l WHERE l.owner_id = owner AND l.created_at < back_at);
    remaining := ARRAY(SELECT g.id FROM generations g WHERE g.owner_id = owner AND g.created_at < back_at);
    WITH moved AS (
        -- Nothing that leads back: neither the generation's id nor the moment.
        UPDATE ledger l SET owner_id = '00000000-0000-0000-0000-000000000000',
            generation_id = gen_random_uuid(), settled_at = NULL,
            created_at = date_trunc('day', l.created_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
            WHERE l.owner_id = owner AND l.generation_id = ANY (booked) AND l.generation_id <> ALL (remaining)
            RETURNING l.created_at, l.state
    )
    SELECT count(*) INTO of_today FROM moved m
        WHERE m.state <> 'released' AND m.created_at >= day_ends_at - interval '24 hours';
    UPDATE account_deletions d SET
        counted = of_today + CASE WHEN d.counted_on = today_utc() THEN d.counted ELSE 0 END,
        counted_on = today_utc(),
        due_at = greatest(d.requested_at + settling, now() + interval '5 seconds')
        WHERE d.owner_id = owner;
    IF remaining = '{}' THEN
        UPDATE account_deletions d SET due_at = greatest(d.due_at, day_ends_at)
            WHERE d.owner_id = owner AND d.counted > 0 AND d.requested_at <= now() - settling;
        DELETE FROM account_deletions d
            WHERE d.owner_id = owner AND d.counted = 0 AND d.requested_at <= now() - settling;
    END IF;
    RETURN cardinality(remaining);
END;
$$;
"""

DOWNGRADE = r"""
DO $$
BEGIN
    IF to_regclass('ledger_settlements') IS NOT NULL THEN
        RAISE EXCEPTION 'the tables are distributed, which no version before migration 0013 can serve';
    END IF;
END;
$$;
DROP FUNCTION settle_noted(uuid, integer);
DROP FUNCTION save_prediction(uuid, uuid, text, float8);
DROP FUNCTION begin_for(text, text, text);
"""
# The functions that this migration replaces, which 0004 and 0011 have as they were.
_REPLACED = ("find_page", "list_for_account_deletion", "end_account_deletion")


def upgrade() -> None:
    op.execute(_SETTINGS)
    _replace_in_functions("PERFORM set_config", r"\((.*), true\);", r"PERFORM set_local(\1);")
    op.execute(_TASKS)
    op.execute(_APART)


def downgrade() -> None:
    op.execute(DOWNGRADE)
    _replace_in_functions("PERFORM set_local", r"\((.*)\);", r"PERFORM set_config(\1, true);")
    op.execute("DROP FUNCTION set_local(text, text)")
    before = _module("0004_late_and_lost_pictures.py")
    op.execute(before["_FUNCTION"].format(conditions=before["_NEW"]))
    source = _module("0011_administration.py")["UPGRADE"]
    for name in _REPLACED:
        [function] = re.findall(rf"CREATE (FUNCTION {name}\(.*?\n\$\$;?\n)", source, re.DOTALL)
        op.execute(f"CREATE OR REPLACE {function}")


def _replace_in_functions(call: str, arguments: str, replacement: str) -> None:
    """Replace each `call` with those `arguments`, a regular expression, in the functions that have one."""
    op.execute(f"""
DO $$
DECLARE
    definition text;
BEGIN
    FOR definition IN SELECT pg_get_functiondef(oid) FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace AND prosrc LIKE '%{call}(%'
    LOOP
        EXECUTE regexp_replace(definition, '{call}{arguments}', '{replacement}', 'gn');
    END LOOP;
END;
$$;
""")


def _module(file: str) -> dict[str, str]:
    return runpy.run_path(str(Path(__file__).with_name(file)))
