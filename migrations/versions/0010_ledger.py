"""What each generation costs: reserved when it is started, charged or released once that is known."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

OWNER = "nullif(current_setting('app.user_id', true), '')::uuid"

UPGRADE = f"""
-- A row for each generation that may cost something. It outlives the deletion of its generation.
CREATE TABLE ledger (
    generation_id uuid PRIMARY KEY,
    owner_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    model text NOT NULL,
    quality text,
    price_usd numeric CHECK (price_usd >= 0),
    state text NOT NULL DEFAULT 'reserved' CHECK (state IN ('reserved', 'charged', 'released')),
    settled_at timestamptz
);
COMMENT ON COLUMN ledger.price_usd IS 'null where the price is not known';
CREATE INDEX ledger_of_owner ON ledger (owner_id, created_at);
CREATE INDEX ledger_by_time ON ledger (created_at);
ALTER TABLE ledger ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger FORCE ROW LEVEL SECURITY;
CREATE POLICY ledger_select ON ledger FOR SELECT USING (owner_id = {OWNER});
CREATE POLICY ledger_insert ON ledger FOR INSERT WITH CHECK (owner_id = {OWNER});
CREATE POLICY ledger_update ON ledger FOR UPDATE
    USING (owner_id = {OWNER}) WITH CHECK (owner_id = {OWNER});

-- The sums of the ledger's rows by month (UTC) of their start, kept by a trigger.
CREATE TABLE spending (
    month date PRIMARY KEY,
    reserved_usd numeric NOT NULL DEFAULT 0,
    charged_usd numeric NOT NULL DEFAULT 0
);
ALTER TABLE spending ENABLE ROW LEVEL SECURITY;
ALTER TABLE spending FORCE ROW LEVEL SECURITY;
-- Holds nobody's data.
CREATE POLICY spending_all ON spending USING (true) WITH CHECK (true);

CREATE FUNCTION month_of(moment timestamptz) RETURNS date LANGUAGE sql IMMUTABLE AS
    $$ SELECT date_trunc('month', moment AT TIME ZONE 'UTC')::date $$;

-- Whoever adds to a month locks its row until the transaction ends, so the sum that is compared with the
-- budget is exact. It is done when the transaction commits: everybody waits for that row, and must not wait
-- for what a process does between two statements.
CREATE FUNCTION sum_up_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
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
    INSERT INTO spending AS s VALUES (month_of(NEW.created_at), reserved, charged)
        ON CONFLICT (month) DO UPDATE
        SET reserved_usd = s.reserved_usd + reserved, charged_usd = s.charged_usd + charged
        RETURNING reserved_usd + charged_usd INTO total;
    IF TG_OP = 'INSERT' AND total > budget THEN
        RAISE EXCEPTION 'the budget of the month is reached' USING ERRCODE = 'EB001';
    END IF;
    RETURN NULL;
END;
$$;
CREATE CONSTRAINT TRIGGER ledger_sums AFTER INSERT OR UPDATE OF state ON ledger
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sum_up_ledger();

-- Where the end of a generation is written, or a charge that was unknown then, its row is settled.
CREATE FUNCTION settle_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    known text := coalesce(NEW.late_charge, NEW.charge);
BEGIN
    IF known IN ('charged', 'not_charged') THEN
        UPDATE ledger SET
            state = CASE known WHEN 'charged' THEN 'charged' ELSE 'released' END, settled_at = now()
            WHERE generation_id = NEW.id AND state = 'reserved';
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER generations_ledger AFTER UPDATE OF charge, late_charge ON generations
    FOR EACH ROW EXECUTE FUNCTION settle_ledger();

-- How many of the owner's generations of this day (UTC) may cost something, what everybody's of this month
-- may cost, and when both begin anew.
CREATE FUNCTION used_by(owner uuid)
RETURNS TABLE (today integer, month_usd numeric, day_ends_at timestamptz, month_ends_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT
        (SELECT count(*)::integer FROM ledger l
            WHERE l.owner_id = owner AND l.state <> 'released' AND l.created_at >= day.start),
        coalesce((SELECT s.reserved_usd + s.charged_usd FROM spending s WHERE s.month = month_of(now())), 0),
        day.start + interval '1 day',
        (month_of(now()) + interval '1 month') AT TIME ZONE 'UTC'
    FROM (SELECT date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC') AS day(start)
$$;

-- Reserve a generation's price. Returns what was used before. The transaction does not commit (EB001) where
-- the month's sum would pass `budget`, which may be null.
CREATE FUNCTION reserve_price(
    generation uuid, owner uuid, model text, quality text, price numeric, budget numeric
) RETURNS TABLE (today integer, month_usd numeric, day_ends_at timestamptz, month_ends_at timestamptz)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('app.budget_usd', coalesce(budget::text, ''), true);
    RETURN QUERY SELECT * FROM used_by(owner);
    INSERT INTO ledger (generation_id, owner_id, model, quality, price_usd)
        VALUES (generation, owner, reserve_price.model, reserve_price.quality, price);
END;
$$;

-- The owner as they last signed in, and what is used.
CREATE FUNCTION read_me(owner uuid)
RETURNS TABLE (
    name text, email text,
    today integer, month_usd numeric, day_ends_at timestamptz, month_ends_at timestamptz
) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enter(NULL, owner);
    RETURN QUERY SELECT p.name, p.email, u.*
        FROM used_by(owner) u LEFT JOIN people p ON p.owner_id = owner;
END;
$$;
"""

DOWNGRADE = """
DROP FUNCTION reserve_price(uuid, uuid, text, text, numeric, numeric);
DROP FUNCTION read_me(uuid);
DROP FUNCTION used_by(uuid);
DROP TRIGGER generations_ledger ON generations;
DROP FUNCTION settle_ledger();
DROP TABLE ledger;
DROP FUNCTION sum_up_ledger();
DROP FUNCTION month_of(timestamptz);
DROP TABLE spending;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute(DOWNGRADE)
