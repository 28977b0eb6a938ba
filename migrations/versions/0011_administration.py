"""What an administrator sees and does, and what a person may do with their own account."""

import re
import runpy
from pathlib import Path

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

OWNER = "nullif(current_setting('app.user_id', true), '')::uuid"
PRESENTED = "decode(nullif(current_setting('app.login_token_hash', true), ''), 'hex')"
NOBODY = "'00000000-0000-0000-0000-000000000000'"

_LOCKS = """
-- Whoever adds something for a person holds this until it is committed; a block and the deletion of the
-- account wait for it, and come before or after it, never between.
CREATE FUNCTION lock_person(person uuid, alone boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    key bigint := hashtextextended('person ' || person::text, 0);
BEGIN
    IF alone THEN
        PERFORM pg_advisory_xact_lock(key);
    ELSE
        PERFORM pg_advisory_xact_lock_shared(key);
    END IF;
END;
$$;

-- Accounts whose deletion has begun, until nothing is left of them, and what they started on their last day:
-- whoever comes back on that day has not won it back. Holds ids only.
CREATE TABLE account_deletions (
    owner_id uuid PRIMARY KEY,
    requested_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    due_at timestamptz NOT NULL DEFAULT now(),
    counted_on date NOT NULL DEFAULT '-infinity',
    counted integer NOT NULL DEFAULT 0
);
ALTER TABLE account_deletions ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_deletions FORCE ROW LEVEL SECURITY;
CREATE POLICY account_deletions_all ON account_deletions USING (true) WITH CHECK (true);

CREATE FUNCTION today_utc() RETURNS date LANGUAGE sql STABLE AS
    $$ SELECT (now() AT TIME ZONE 'UTC')::date $$;

-- Fails (EA002) for somebody whom a block or the deletion of their account has shut out since they proved who
-- they are.
CREATE FUNCTION check_person(person uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM lock_person(person, false);
    IF EXISTS (SELECT FROM people p WHERE p.owner_id = person AND p.blocked_at IS NOT NULL)
        OR EXISTS (SELECT FROM account_deletions d WHERE d.owner_id = person)
        AND NOT EXISTS (SELECT FROM people p WHERE p.owner_id = person)
    THEN
        RAISE EXCEPTION 'not admitted any more' USING ERRCODE = 'EA002';
    END IF;
END;
$$;

-- As in 0007, but for the check.
CREATE OR REPLACE FUNCTION add_api_token(
    owner uuid, token_hash bytea, name text, scopes text[], lifetime interval, at_most integer
) RETURNS SETOF api_tokens LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enter(NULL, owner);
    PERFORM check_person(owner);
    PERFORM pg_advisory_xact_lock(hashtextextended('api_tokens ' || owner::text, 0));
    DELETE FROM api_tokens t WHERE t.owner_id = owner AND t.expires_at <= now();
    IF (SELECT count(*) FROM api_tokens t WHERE t.owner_id = owner) < at_most THEN
        RETURN QUERY INSERT INTO api_tokens (owner_id, token_hash, name, scopes, expires_at)
            VALUES (
                owner, add_api_token.token_hash, add_api_token.name, add_api_token.scopes, now() + lifetime
            ) RETURNING *;
    END IF;
END;
$$;

-- As in 0010, but for whoever has deleted their account on this day; and a day has 24 hours everywhere.
CREATE OR REPLACE FUNCTION used_by(owner uuid)
RETURNS TABLE (today integer, month_usd numeric, day_ends_at timestamptz, month_ends_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT
        (SELECT count(*)::integer FROM ledger l
            WHERE l.owner_id = owner AND l.state <> 'released'
                AND l.created_at >= today_utc()::timestamp AT TIME ZONE 'UTC')
        + coalesce((SELECT d.counted FROM account_deletions d
            WHERE d.owner_id = owner AND d.counted_on = today_utc()), 0),
        coalesce((SELECT s.reserved_usd + s.charged_usd FROM spending s WHERE s.month = month_of(now())), 0),
        (today_utc() + interval '1 day') AT TIME ZONE 'UTC',
        (month_of(now()) + interval '1 month') AT TIME ZONE 'UTC'
$$;
"""

_SESSIONS = """
-- By the id a person ends one of their login sessions; the hash of its token leaves the database never.
ALTER TABLE login_sessions
    ADD id uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD browser text;
CREATE UNIQUE INDEX login_sessions_id ON login_sessions (id);

-- Whether there was one of the owner's with that id, which is over from now on.
CREATE FUNCTION end_login_session(owner uuid, session uuid) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enter(NULL, owner);
    DELETE FROM login_sessions s WHERE s.owner_id = owner AND s.id = session AND s.expires_at > now();
    RETURN FOUND;
END;
$$;

-- How many there were beside the one that was presented, which are over from now on.
CREATE FUNCTION end_other_login_sessions(presented bytea) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    me uuid := enter(presented, NULL);
    ended integer;
BEGIN
    DELETE FROM login_sessions s WHERE s.owner_id = me AND s.token_hash <> presented;
    GET DIAGNOSTICS ended = ROW_COUNT;
    RETURN ended;
END;
$$;

-- Those of the owner that are not over, the last used first.
CREATE FUNCTION list_login_sessions(owner uuid) RETURNS SETOF login_sessions LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enter(NULL, owner);
    RETURN QUERY SELECT * FROM login_sessions s WHERE s.owner_id = owner AND s.expires_at > now()
        ORDER BY s.last_seen_at DESC, s.id;
END;
$$;
"""

_PAUSE = """
-- A switch of the whole installation: no row is a switch that nobody has touched.
CREATE TABLE installation (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    paused_at timestamptz
);
ALTER TABLE installation ENABLE ROW LEVEL SECURITY;
ALTER TABLE installation FORCE ROW LEVEL SECURITY;

-- Whether the login session that was presented is an administrator's.
CREATE FUNCTION is_administrator() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM login_sessions s
        WHERE s.token_hash = PRESENTED AND s.is_admin AND s.expires_at > now())
$$;

CREATE POLICY installation_select ON installation FOR SELECT USING (true);
CREATE POLICY installation_insert ON installation FOR INSERT WITH CHECK ((SELECT is_administrator()));
CREATE POLICY installation_update ON installation FOR UPDATE
    USING ((SELECT is_administrator())) WITH CHECK ((SELECT is_administrator()));

-- Every open page of every process hears that what holds for everybody has changed.
CREATE FUNCTION tell_everybody() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('easel_news', NOBODY);
    RETURN NULL;
END;
$$;
CREATE TRIGGER installation_news AFTER INSERT OR UPDATE ON installation
    FOR EACH ROW EXECUTE FUNCTION tell_everybody();

CREATE FUNCTION is_paused() RETURNS boolean LANGUAGE sql STABLE AS
    $$ SELECT EXISTS (SELECT FROM installation i WHERE i.paused_at IS NOT NULL) $$;

CREATE OR REPLACE FUNCTION reserve_price(
    generation uuid, owner uuid, model text, quality text, price numeric, budget numeric
) RETURNS TABLE (today integer, month_usd numeric, day_ends_at timestamptz, month_ends_at timestamptz)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM check_person(owner);
    IF is_paused() THEN
        RAISE EXCEPTION 'an administrator has stopped new generations' USING ERRCODE = 'EB002';
    END IF;
    PERFORM set_config('app.budget_usd', coalesce(budget::text, ''), true);
    RETURN QUERY SELECT * FROM used_by(owner);
    INSERT INTO ledger (generation_id, owner_id, model, quality, price_usd)
        VALUES (generation, owner, reserve_price.model, reserve_price.quality, price);
END;
$$;
""".replace("PRESENTED", PRESENTED).replace("NOBODY", NOBODY)

_LEDGER = f"""
ALTER TABLE ledger ADD has_failed boolean NOT NULL DEFAULT false;
ALTER TABLE ledger NO FORCE ROW LEVEL SECURITY;
ALTER TABLE generations NO FORCE ROW LEVEL SECURITY;
UPDATE ledger l SET has_failed = true FROM generations g WHERE g.id = l.generation_id AND g.status = 'failed';
ALTER TABLE generations FORCE ROW LEVEL SECURITY;
ALTER TABLE ledger FORCE ROW LEVEL SECURITY;
-- Whether another picture of the price of the last one would pass the budget: what may be spent before that.
ALTER TABLE spending ADD is_full boolean NOT NULL DEFAULT false, ADD full_at numeric;
CREATE TRIGGER spending_news AFTER UPDATE OF is_full ON spending
    FOR EACH ROW WHEN (OLD.is_full <> NEW.is_full) EXECUTE FUNCTION tell_everybody();
CREATE TRIGGER spending_begun_news AFTER INSERT ON spending
    FOR EACH ROW WHEN (NEW.is_full) EXECUTE FUNCTION tell_everybody();

-- Totals stay when a person is gone, under nobody's name.
CREATE POLICY ledger_forget ON ledger FOR UPDATE
    USING (owner_id = {OWNER}) WITH CHECK (owner_id = {NOBODY});
CREATE POLICY ledger_of_nobody ON ledger FOR SELECT USING (owner_id = {NOBODY});

CREATE OR REPLACE FUNCTION sum_up_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    budget numeric := nullif(current_setting('app.budget_usd', true), '')::numeric;
    total numeric;
    price numeric := coalesce(NEW.price_usd, 0);
    reserved numeric := CASE WHEN NEW.state = 'reserved' THEN price ELSE 0 END;
    charged numeric := CASE WHEN NEW.state = 'charged' THEN price ELSE 0 END;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        reserved := reserved - CASE WHEN OLD.state = 'reserved' THEN price ELSE 0 END;
        charged := charged - CASE WHEN OLD.state = 'charged' THEN price ELSE 0 END;
    END IF;
    INSERT INTO spending AS s (month, reserved_usd, charged_usd, full_at, is_full)
        VALUES (
            month_of(NEW.created_at), reserved, charged, budget - price,
            coalesce(reserved + charged > budget - price, false)
        )
        ON CONFLICT (month) DO UPDATE SET
            reserved_usd = s.reserved_usd + reserved,
            charged_usd = s.charged_usd + charged,
            full_at = CASE TG_OP WHEN 'INSERT' THEN budget - price ELSE s.full_at END,
            is_full = coalesce(
                s.reserved_usd + s.charged_usd + reserved + charged
                    > CASE TG_OP WHEN 'INSERT' THEN budget - price ELSE s.full_at END,
                false
            )
        RETURNING reserved_usd + charged_usd INTO total;
    IF TG_OP = 'INSERT' AND total > budget THEN
        RAISE EXCEPTION 'the budget of the month is reached' USING ERRCODE = 'EB001';
    END IF;
    RETURN NULL;
END;
$$;

CREATE OR REPLACE FUNCTION settle_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    known text := coalesce(NEW.late_charge, NEW.charge);
BEGIN
    IF known IN ('charged', 'not_charged') THEN
        UPDATE ledger SET
            state = CASE known WHEN 'charged' THEN 'charged' ELSE 'released' END, settled_at = now()
            WHERE generation_id = NEW.id AND state = 'reserved';
    END IF;
    IF NEW.status = 'failed' AND OLD.status <> 'failed' THEN
        UPDATE ledger SET has_failed = true WHERE generation_id = NEW.id;
    END IF;
    RETURN NULL;
END;
$$;
DROP TRIGGER generations_ledger ON generations;
CREATE TRIGGER generations_ledger AFTER UPDATE OF status, charge, late_charge ON generations
    FOR EACH ROW EXECUTE FUNCTION settle_ledger();

CREATE FUNCTION is_budget_spent() RETURNS boolean LANGUAGE sql STABLE AS
    $$ SELECT EXISTS (SELECT FROM spending s WHERE s.month = month_of(now()) AND s.is_full) $$;

-- What stands between the owner and another generation, and what theirs of this month cost.
CREATE FUNCTION read_limits(owner uuid) RETURNS TABLE (
    today integer, month_usd numeric, day_ends_at timestamptz, month_ends_at timestamptz,
    is_paused boolean, charged_usd numeric, reserved_usd numeric
) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enter(NULL, owner);
    RETURN QUERY SELECT u.*, is_paused(),
        coalesce(sum(l.price_usd) FILTER (WHERE l.state = 'charged'), 0),
        coalesce(sum(l.price_usd) FILTER (WHERE l.state = 'reserved'), 0)
        FROM used_by(owner) u LEFT JOIN ledger l ON l.owner_id = owner
            AND l.created_at >= month_of(now())::timestamp AT TIME ZONE 'UTC'
        GROUP BY u.today, u.month_usd, u.day_ends_at, u.month_ends_at;
END;
$$;

-- What a page shows first. `open_page` of 0006 stays for processes older than this.
CREATE FUNCTION find_page(token_hash bytea) RETURNS TABLE (
    owner_id uuid, name text, is_admin boolean, has_made boolean, running uuid,
    today integer, month_usd numeric, day_ends_at timestamptz, month_ends_at timestamptz,
    is_paused boolean, charged_usd numeric, reserved_usd numeric
) LANGUAGE plpgsql AS $$
DECLARE
    me uuid := enter(token_hash, NULL);
BEGIN
    RETURN QUERY SELECT me, s.name, s.is_admin,
        EXISTS (SELECT FROM generations g WHERE g.owner_id = me AND g.deleted_at IS NULL),
        (SELECT g.id FROM generations g WHERE g.owner_id = me AND g.status = 'processing'),
        l.*
        FROM login_sessions s CROSS JOIN LATERAL read_limits(me) l
        WHERE s.token_hash = find_page.token_hash AND s.expires_at > now();
END;
$$;
"""

_AUDIT = f"""
-- Append only. The time is the database's, and nobody writes in another's name.
CREATE TABLE audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT now(),
    actor uuid,
    act text NOT NULL CHECK (act ~ '^[a-z_]{{1,40}}$'),
    target text CHECK (length(target) <= 100),
    request_id text NOT NULL CHECK (length(request_id) <= 64),
    address text CHECK (length(address) <= 100)
);
CREATE INDEX audit_log_by_time ON audit_log (at);
CREATE FUNCTION date_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.at := now();
    RETURN NEW;
END;
$$;
CREATE TRIGGER audit_log_date BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION date_audit_log();
ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_log FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_log_select ON audit_log FOR SELECT USING ((SELECT is_administrator()));
CREATE POLICY audit_log_insert ON audit_log FOR INSERT WITH CHECK (actor IS NULL OR actor = {OWNER});
CREATE POLICY audit_log_remove_old ON audit_log FOR DELETE USING (at <= now() - interval '400 days');
"""

_ADMINISTRATORS = f"""
-- They see who is there and what was spent, and nobody's generations: those have no such policy.
CREATE POLICY people_administrators ON people FOR SELECT USING ((SELECT is_administrator()));
CREATE POLICY ledger_administrators ON ledger FOR SELECT USING ((SELECT is_administrator()));

-- The administrator whose login session was presented. Fails (EA001) for anybody else.
CREATE FUNCTION enter_as_administrator(token_hash bytea) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    me uuid := enter(token_hash, NULL);
BEGIN
    IF me IS NULL OR NOT is_administrator() THEN
        RAISE EXCEPTION 'not an administrator' USING ERRCODE = 'EA001';
    END IF;
    RETURN me;
END;
$$;

-- Stop or allow new generations. Returns who did it; NULL where that changed nothing.
CREATE FUNCTION set_paused(token_hash bytea, paused boolean) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    me uuid := enter_as_administrator(token_hash);
BEGIN
    IF is_paused() = paused THEN
        RETURN NULL;
    END IF;
    INSERT INTO installation (paused_at) VALUES (CASE WHEN paused THEN now() END)
        ON CONFLICT (is_only) DO UPDATE SET paused_at = EXCLUDED.paused_at;
    RETURN me;
END;
$$;

-- Whether there is somebody of that id. Who has not signed in since there are people is known by what they
-- have; deleted accounts are nobody.
CREATE FUNCTION is_somebody(person uuid, has_spent boolean) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT person <> {NOBODY} AND (
        has_spent
        OR EXISTS (SELECT FROM people p WHERE p.owner_id = person)
        OR EXISTS (SELECT FROM login_sessions s WHERE s.owner_id = person)
        OR EXISTS (SELECT FROM api_tokens t WHERE t.owner_id = person)
    )
$$;

-- Shut somebody out, or let them in again. Returns who did it; NULL where there is nobody of that id.
CREATE FUNCTION set_blocked(token_hash bytea, person uuid, blocked boolean)
RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    me uuid := enter_as_administrator(token_hash);
    has_spent boolean := EXISTS (SELECT FROM ledger l WHERE l.owner_id = person);
BEGIN
    PERFORM lock_person(person, true);
    -- The person's own rights reach their row, and by `end_access` their login sessions and tokens.
    PERFORM set_config('app.user_id', person::text, true);
    IF NOT is_somebody(person, has_spent) THEN
        RETURN NULL;
    END IF;
    INSERT INTO people (owner_id, name) VALUES (person, '') ON CONFLICT DO NOTHING;
    UPDATE people p SET blocked_at = CASE WHEN blocked THEN now() END
        WHERE p.owner_id = person AND (p.blocked_at IS NOT NULL) <> blocked;
    PERFORM set_config('app.user_id', me::text, true);
    RETURN me;
END;
$$;

-- End all login sessions of somebody. Returns who did it; NULL where there is nobody of that id.
CREATE FUNCTION end_login_sessions_of(token_hash bytea, person uuid) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    me uuid := enter_as_administrator(token_hash);
    has_spent boolean := EXISTS (SELECT FROM ledger l WHERE l.owner_id = person);
BEGIN
    PERFORM set_config('app.user_id', person::text, true);
    IF NOT is_somebody(person, has_spent) THEN
        RETURN NULL;
    END IF;
    DELETE FROM login_sessions s WHERE s.owner_id = person;
    PERFORM set_config('app.user_id', me::text, true);
    RETURN me;
END;
$$;

-- Each day of the month (UTC): what was started, what of it failed, and what it costs.
CREATE FUNCTION read_days(token_hash bytea, month date) RETURNS TABLE (
    day date, generations integer, failures integer, charged_usd numeric, reserved_usd numeric
) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enter_as_administrator(token_hash);
    RETURN QUERY SELECT d.day::date, count(l.generation_id)::integer,
        (count(*) FILTER (WHERE l.has_failed))::integer,
        coalesce(sum(l.price_usd) FILTER (WHERE l.state = 'charged'), 0),
        coalesce(sum(l.price_usd) FILTER (WHERE l.state = 'reserved'), 0)
        FROM generate_series(month::timestamp, month + interval '1 month - 1 day', '1 day') AS d(day)
        LEFT JOIN ledger l ON l.created_at >= d.day AT TIME ZONE 'UTC'
            AND l.created_at < (d.day + interval '1 day') AT TIME ZONE 'UTC'
        GROUP BY d.day ORDER BY d.day;
END;
$$;

-- Everybody, with what they started in the month; deleted accounts together, under the id of nobody.
CREATE FUNCTION read_people(token_hash bytea, month date, words text) RETURNS TABLE (
    owner_id uuid, name text, email text,
    first_seen_at timestamptz, last_seen_at timestamptz, blocked_at timestamptz,
    generations integer, failures integer, charged_usd numeric, reserved_usd numeric
) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enter_as_administrator(token_hash);
    RETURN QUERY SELECT coalesce(p.owner_id, u.owner_id), p.name, p.email,
        p.first_seen_at, p.last_seen_at, p.blocked_at,
        coalesce(u.generations, 0), coalesce(u.failures, 0), coalesce(u.charged, 0), coalesce(u.reserved, 0)
        FROM people p FULL JOIN (
            SELECT l.owner_id, count(*)::integer AS generations,
                (count(*) FILTER (WHERE l.has_failed))::integer AS failures,
                sum(l.price_usd) FILTER (WHERE l.state = 'charged') AS charged,
                sum(l.price_usd) FILTER (WHERE l.state = 'reserved') AS reserved
            FROM ledger l
            WHERE l.created_at >= month::timestamp AT TIME ZONE 'UTC'
                AND l.created_at < (month + interval '1 month') AT TIME ZONE 'UTC'
            GROUP BY l.owner_id
        ) u ON u.owner_id = p.owner_id
        WHERE words = '' OR strpos(lower(concat_ws(' ', p.name, p.email)), lower(words)) > 0;
END;
$$;

-- The newest rows of the audit log from before `before`, with the names that those people have by now.
CREATE FUNCTION read_audit_log(token_hash bytea, before bigint, at_most integer) RETURNS TABLE (
    id bigint, at timestamptz, actor uuid, actor_name text, act text, target text, target_name text,
    request_id text, address text
) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enter_as_administrator(token_hash);
    RETURN QUERY SELECT a.id, a.at, a.actor, p.name, a.act, a.target, t.name, a.request_id, a.address
        FROM audit_log a
        LEFT JOIN people p ON p.owner_id = a.actor
        LEFT JOIN people t ON t.owner_id::text = a.target
        WHERE before IS NULL OR a.id < before
        ORDER BY a.id DESC LIMIT at_most;
END;
$$;
"""

_ACCOUNT = f"""
CREATE POLICY submit_keys_owner_delete ON submit_keys FOR DELETE USING (owner_id = {OWNER});
CREATE POLICY people_delete ON people FOR DELETE USING (owner_id = {OWNER});

-- The exports that are under way: one of a person at a time, until its lease ends.
CREATE TABLE exports (
    owner_id uuid PRIMARY KEY,
    lease uuid NOT NULL,
    leased_until timestamptz NOT NULL
);
ALTER TABLE exports ENABLE ROW LEVEL SECURITY;
ALTER TABLE exports FORCE ROW LEVEL SECURITY;
CREATE POLICY exports_owner ON exports USING (owner_id = {OWNER}) WITH CHECK (owner_id = {OWNER});
CREATE POLICY exports_remove_old ON exports FOR DELETE USING (leased_until <= now());

-- All of the owner's that are not deleted, the newest first.
CREATE FUNCTION list_generation_ids(owner uuid) RETURNS SETOF uuid LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enter(NULL, owner);
    RETURN QUERY SELECT g.id FROM generations g WHERE g.owner_id = owner AND g.deleted_at IS NULL
        ORDER BY g.created_at DESC, g.id DESC;
END;
$$;

-- Begin: nobody comes in as this person any more, and what they have made is due to be removed.
-- What still runs is to be canceled first.
CREATE FUNCTION begin_account_deletion(owner uuid, claimed interval) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enter(NULL, owner);
    PERFORM lock_person(owner, true);
    IF EXISTS (SELECT FROM people p WHERE p.owner_id = owner AND p.blocked_at IS NOT NULL) THEN
        RAISE EXCEPTION 'blocked' USING ERRCODE = 'EA002';
    END IF;
    INSERT INTO account_deletions (owner_id, due_at) VALUES (owner, now() + claimed)
        ON CONFLICT (owner_id) DO UPDATE
        SET requested_at = EXCLUDED.requested_at, due_at = EXCLUDED.due_at;
    DELETE FROM login_sessions s WHERE s.owner_id = owner;
    DELETE FROM api_tokens t WHERE t.owner_id = owner;
    DELETE FROM submit_keys k WHERE k.owner_id = owner;
    DELETE FROM exports e WHERE e.owner_id = owner;
    DELETE FROM people p WHERE p.owner_id = owner;
    UPDATE generations g SET cancel_requested_at = now()
        WHERE g.owner_id = owner AND g.status = 'processing' AND g.cancel_requested_at IS NULL;
END;
$$;

-- Take a begun deletion that is due, for as long as `claimed`; or keep one for longer.
CREATE FUNCTION claim_account_deletion(owner uuid, claimed interval, is_renewed boolean)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    UPDATE account_deletions d SET due_at = now() + claimed
        WHERE d.owner_id = owner AND (is_renewed OR d.due_at <= now());
    RETURN FOUND;
END;
$$;

-- When whoever has deleted their account came back; what is older belongs to the account that is deleted.
CREATE FUNCTION came_back_at(owner uuid) RETURNS timestamptz LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT p.first_seen_at FROM people p WHERE p.owner_id = owner), 'infinity')
$$;

CREATE FUNCTION is_back(owner uuid) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enter(NULL, owner);
    RETURN came_back_at(owner) < 'infinity';
END;
$$;

-- What belongs to the account that is deleted and has ended, and is to be removed.
CREATE FUNCTION list_for_account_deletion(owner uuid, at_most integer)
RETURNS SETOF generations LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enter(NULL, owner);
    RETURN QUERY SELECT g.* FROM generations g
        WHERE g.owner_id = owner AND g.created_at < came_back_at(owner) AND g.status <> 'processing'
        ORDER BY g.created_at LIMIT at_most;
END;
$$;

-- The totals lose the person's name. Returns how many generations are left: those that still run. Once there
-- is none, and nothing that was on its way when it began can come any more, the deletion is over.
CREATE FUNCTION end_account_deletion(owner uuid, settling interval) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    remaining integer;
    of_today integer;
    day_ends_at timestamptz := (today_utc() + interval '1 day') AT TIME ZONE 'UTC';
BEGIN
    PERFORM enter(NULL, owner);
    SELECT count(*) INTO remaining FROM generations g
        WHERE g.owner_id = owner AND g.created_at < came_back_at(owner);
    WITH moved AS (
        -- Nothing that leads back: neither the generation's id nor the moment.
        UPDATE ledger l SET owner_id = {NOBODY}, generation_id = gen_random_uuid(), settled_at = NULL,
            created_at = date_trunc('day', l.created_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
            WHERE l.owner_id = owner AND l.created_at < came_back_at(owner)
                AND NOT EXISTS (SELECT FROM generations g WHERE g.id = l.generation_id)
            RETURNING l.created_at, l.state
    )
    SELECT count(*) INTO of_today FROM moved m
        WHERE m.state <> 'released' AND m.created_at >= day_ends_at - interval '24 hours';
    UPDATE account_deletions d SET
        counted = of_today + CASE WHEN d.counted_on = today_utc() THEN d.counted ELSE 0 END,
        counted_on = today_utc(),
        due_at = greatest(d.requested_at + settling, now() + interval '5 seconds')
        WHERE d.owner_id = owner;
    IF remaining = 0 THEN
        UPDATE account_deletions d SET due_at = greatest(d.due_at, day_ends_at)
            WHERE d.owner_id = owner AND d.counted > 0 AND d.requested_at <= now() - settling;
        DELETE FROM account_deletions d
            WHERE d.owner_id = owner AND d.counted = 0 AND d.requested_at <= now() - settling;
    END IF;
    RETURN remaining;
END;
$$;
"""

UPGRADE = _LOCKS + _SESSIONS + _PAUSE + _LEDGER + _AUDIT + _ADMINISTRATORS + _ACCOUNT

DOWNGRADE = """
DROP FUNCTION end_account_deletion(uuid, interval);
DROP FUNCTION list_for_account_deletion(uuid, integer);
DROP FUNCTION is_back(uuid);
DROP FUNCTION came_back_at(uuid);
DROP FUNCTION claim_account_deletion(uuid, interval, boolean);
DROP FUNCTION list_generation_ids(uuid);
DROP FUNCTION begin_account_deletion(uuid, interval);
DROP POLICY people_delete ON people;
DROP POLICY submit_keys_owner_delete ON submit_keys;
DROP TABLE exports;
DROP FUNCTION read_audit_log(bytea, bigint, integer);
DROP FUNCTION read_people(bytea, date, text);
DROP FUNCTION read_days(bytea, date);
DROP FUNCTION end_login_sessions_of(bytea, uuid);
DROP FUNCTION set_blocked(bytea, uuid, boolean);
DROP FUNCTION is_somebody(uuid, boolean);
DROP FUNCTION set_paused(bytea, boolean);
DROP FUNCTION enter_as_administrator(bytea);
DROP POLICY ledger_administrators ON ledger;
DROP POLICY people_administrators ON people;
DROP TABLE audit_log;
DROP FUNCTION date_audit_log();
DROP FUNCTION find_page(bytea);
DROP FUNCTION read_limits(uuid);
DROP FUNCTION is_budget_spent();
DROP TRIGGER generations_ledger ON generations;
CREATE TRIGGER generations_ledger AFTER UPDATE OF charge, late_charge ON generations
    FOR EACH ROW EXECUTE FUNCTION settle_ledger();
DROP POLICY ledger_forget ON ledger;
DROP POLICY ledger_of_nobody ON ledger;
DROP TRIGGER spending_begun_news ON spending;
DROP TRIGGER spending_news ON spending;
ALTER TABLE spending DROP is_full, DROP full_at;
ALTER TABLE ledger DROP has_failed;
DROP TABLE installation;
DROP FUNCTION is_paused();
DROP FUNCTION tell_everybody();
DROP FUNCTION is_administrator();
DROP FUNCTION list_login_sessions(uuid);
DROP FUNCTION end_other_login_sessions(bytea);
DROP FUNCTION end_login_session(uuid, uuid);
ALTER TABLE login_sessions DROP id, DROP browser;
DROP FUNCTION check_person(uuid);
DROP FUNCTION today_utc();
DROP TABLE account_deletions;
DROP FUNCTION lock_person(uuid, boolean);
"""
# The functions that this migration replaces, by the migrations that have them as they were.
_REPLACED = {
    "0007_api_tokens.py": ("add_api_token",),
    "0010_ledger.py": ("sum_up_ledger", "settle_ledger", "reserve_price", "used_by"),
}


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    for file, names in _REPLACED.items():
        before = runpy.run_path(str(Path(__file__).with_name(file)))["UPGRADE"]
        for name in names:
            [function] = re.findall(rf"CREATE (FUNCTION {name}\(.*?\n\$\$;?\n)", before, re.DOTALL)
            op.execute(f"CREATE OR REPLACE {function}")
    op.execute(DOWNGRADE)
