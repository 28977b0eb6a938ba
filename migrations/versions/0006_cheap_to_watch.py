"""When the provider is next asked about a run is in its row; changes are announced; a page or a program reads
what it shows, and proves its login session, in one statement."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# The functions run with the rights of whoever calls them, so the policies hold in them. They set the owner
# for their own transaction only.
_ENTER = """
-- Set whose rows this transaction sees. Returns the owner: `owner` itself, or the one whose login session has
-- `token_hash`, and then notes that the session was used, to five minutes. NULL for a session that is over.
CREATE FUNCTION enter(token_hash bytea, owner uuid) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    found record;
    me uuid := owner;
BEGIN
    IF enter.token_hash IS NOT NULL THEN
        PERFORM set_config('app.login_token_hash', encode(enter.token_hash, 'hex'), true);
        SELECT s.owner_id, s.last_seen_at < now() - interval '5 minutes' AS is_to_be_touched INTO found
            FROM login_sessions s WHERE s.token_hash = enter.token_hash AND s.expires_at > now();
        me := found.owner_id;
        IF found.is_to_be_touched THEN
            UPDATE login_sessions s SET last_seen_at = now() WHERE s.token_hash = enter.token_hash;
        END IF;
    END IF;
    PERFORM set_config('app.user_id', coalesce(me::text, ''), true);
    RETURN me;
END;
$$;

CREATE FUNCTION find_login_session(token_hash bytea) RETURNS SETOF login_sessions LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enter(find_login_session.token_hash, NULL);
    RETURN QUERY SELECT * FROM login_sessions s
        WHERE s.token_hash = find_login_session.token_hash AND s.expires_at > now();
END;
$$;
"""

_READ = """
-- The seconds that the newest runs of that kind took, the newest first; for a run that has no end only.
CREATE FUNCTION history_of(generation generations, default_quality text) RETURNS float8[]
LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN generation.status = 'processing' THEN ARRAY(
        SELECT seconds::float8 FROM run_times
        WHERE model = generation.model AND quality = coalesce(generation.quality, default_quality)
        ORDER BY finished_at DESC LIMIT 50
    ) ELSE '{}' END
$$;

CREATE FUNCTION read_generation(token_hash bytea, owner uuid, generation uuid)
RETURNS SETOF generations LANGUAGE plpgsql AS $$
DECLARE
    me uuid := enter(token_hash, owner);
BEGIN
    RETURN QUERY SELECT * FROM generations g
        WHERE g.id = generation AND g.owner_id = me AND g.deleted_at IS NULL;
END;
$$;

-- Raises no_data_found when the owner has no generation `before`.
CREATE FUNCTION list_generations(token_hash bytea, owner uuid, before uuid, at_most integer)
RETURNS SETOF generations LANGUAGE plpgsql AS $$
DECLARE
    me uuid := enter(token_hash, owner);
    start timestamptz;
BEGIN
    IF before IS NULL THEN
        RETURN QUERY SELECT * FROM generations g WHERE g.owner_id = me AND g.deleted_at IS NULL
            ORDER BY g.created_at DESC, g.id DESC LIMIT at_most;
        RETURN;
    END IF;
    IF me IS NULL THEN
        RETURN;
    END IF;
    SELECT g.created_at INTO STRICT start FROM generations g WHERE g.id = before AND g.owner_id = me;
    RETURN QUERY SELECT * FROM generations g
        WHERE g.owner_id = me AND g.deleted_at IS NULL AND (g.created_at, g.id) < (start, before)
        ORDER BY g.created_at DESC, g.id DESC LIMIT at_most;
END;
$$;
"""

_PAGES = """
-- All that a page shows first: whose it is, whether anything was made before, and what runs.
CREATE FUNCTION open_page(token_hash bytea)
RETURNS TABLE (owner_id uuid, name text, has_made boolean, running uuid) LANGUAGE plpgsql AS $$
DECLARE
    me uuid := enter(token_hash, NULL);
BEGIN
    RETURN QUERY SELECT me, s.name,
        EXISTS (SELECT FROM generations g WHERE g.owner_id = me AND g.deleted_at IS NULL),
        (SELECT g.id FROM generations g WHERE g.owner_id = me AND g.status = 'processing')
        FROM login_sessions s WHERE s.token_hash = open_page.token_hash AND s.expires_at > now();
END;
$$;

-- Those of `token_hashes` whose login sessions are the owner's and not over; an empty array for none.
CREATE FUNCTION live_login_sessions(owner uuid, token_hashes bytea[]) RETURNS bytea[] LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enter(NULL, owner);
    RETURN ARRAY(SELECT s.token_hash FROM login_sessions s
        WHERE s.token_hash = ANY (token_hashes) AND s.owner_id = owner AND s.expires_at > now());
END;
$$;

-- What the open pages of one owner show: the generation that runs, and those that they have on their stages.
CREATE FUNCTION read_shown_generations(owner uuid, shown uuid[])
RETURNS SETOF generations LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enter(NULL, owner);
    RETURN QUERY SELECT * FROM generations g
        WHERE g.owner_id = owner AND g.status = 'processing' AND g.deleted_at IS NULL
        UNION ALL SELECT * FROM generations g
        WHERE g.id = ANY (shown) AND g.owner_id = owner AND g.status <> 'processing' AND g.deleted_at IS NULL;
END;
$$;
"""

_POLLS = """
-- When the provider was last asked about the run, and from when on asking again makes sense.
ALTER TABLE generations
    ADD polled_at timestamptz,
    ADD next_poll_at timestamptz NOT NULL DEFAULT now();

-- Claim the next question about a run: one caller of all gets the row, the others get nothing. The question
-- after it makes sense after `pause` seconds. `is_urgent` does not wait for the schedule, but questions about
-- one run are always `apart` seconds apart at the least.
CREATE FUNCTION claim_poll(owner uuid, generation uuid, pause float8, is_urgent boolean, apart float8)
RETURNS SETOF generations LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enter(NULL, owner);
    RETURN QUERY UPDATE generations g
        SET polled_at = now(), next_poll_at = now() + make_interval(secs => pause)
        WHERE g.id = generation AND g.owner_id = owner AND g.status = 'processing'
            AND (g.next_poll_at <= now() OR is_urgent)
            AND (g.polled_at IS NULL OR g.polled_at <= now() - make_interval(secs => apart))
        RETURNING g.*;
END;
$$;
"""

# The columns whose change is of interest to whoever shows a generation. A claimed question is not among them.
_SHOWN = "status, phase, external_id, stored_at, given_up_at, late_charge, deleted_at, cancel_requested_at"

_NEWS = f"""
-- Tell every process that rows of this owner have changed. One notice a transaction, however many rows.
CREATE FUNCTION tell_news() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('easel_news', coalesce(NEW.owner_id, OLD.owner_id)::text);
    RETURN NULL;
END;
$$;
CREATE TRIGGER generations_news AFTER INSERT OR UPDATE OF {_SHOWN} ON generations
    FOR EACH ROW EXECUTE FUNCTION tell_news();
CREATE TRIGGER login_sessions_news AFTER DELETE ON login_sessions
    FOR EACH ROW EXECUTE FUNCTION tell_news();

-- A claimed question is no task of upkeep's: its time is in the row already.
DROP TRIGGER generations_to_settle ON generations;
CREATE TRIGGER generations_to_settle
    AFTER INSERT OR UPDATE OF {_SHOWN}, error_code, charge, result_url ON generations
    FOR EACH ROW EXECUTE FUNCTION note_what_to_settle();
"""

UPGRADE = _POLLS + _ENTER + _READ + _PAGES + _NEWS

DOWNGRADE = """
DROP TRIGGER generations_news ON generations;
DROP TRIGGER login_sessions_news ON login_sessions;
DROP FUNCTION tell_news();
DROP TRIGGER generations_to_settle ON generations;
CREATE TRIGGER generations_to_settle AFTER INSERT OR UPDATE ON generations
    FOR EACH ROW EXECUTE FUNCTION note_what_to_settle();
DROP FUNCTION read_shown_generations(uuid, uuid[]);
DROP FUNCTION live_login_sessions(uuid, bytea[]);
DROP FUNCTION open_page(bytea);
DROP FUNCTION list_generations(bytea, uuid, uuid, integer);
DROP FUNCTION read_generation(bytea, uuid, uuid);
DROP FUNCTION find_login_session(bytea);
DROP FUNCTION history_of(generations, text);
DROP FUNCTION claim_poll(uuid, uuid, float8, boolean, float8);
DROP FUNCTION enter(bytea, uuid);
ALTER TABLE generations DROP polled_at, DROP next_poll_at;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute(DOWNGRADE)
