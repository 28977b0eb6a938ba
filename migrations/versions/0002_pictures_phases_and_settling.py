"""Phases, charges, stored pictures, run times, and the list of generations that need settling."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

OWNER = "nullif(current_setting('app.user_id', true), '')::uuid"

UPGRADE = f"""
ALTER TABLE generations
    ADD phase text NOT NULL DEFAULT 'waiting' CHECK (phase IN ('waiting', 'starting', 'drawing')),
    ADD charge text CHECK (charge IN ('charged', 'not_charged', 'unknown')),
    ADD cancel_requested_at timestamptz,
    ADD finished_at timestamptz,
    ADD stored_at timestamptz,
    ADD picture_type text,
    ADD picture_width integer,
    ADD picture_height integer,
    ADD deleted_at timestamptz,
    ADD CHECK (stored_at IS NULL OR
        (status = 'succeeded' AND picture_type IS NOT NULL
         AND picture_width IS NOT NULL AND picture_height IS NOT NULL));

-- Without FORCE the owning role, which migrates, sees every row for a moment; others still do not.
ALTER TABLE generations NO FORCE ROW LEVEL SECURITY;
UPDATE generations SET finished_at = updated_at WHERE status <> 'processing';
UPDATE generations SET charge = CASE status WHEN 'succeeded' THEN 'charged' ELSE 'unknown' END
    WHERE status <> 'processing';

CREATE INDEX generations_newest_first ON generations (owner_id, created_at DESC, id DESC)
    WHERE deleted_at IS NULL;
CREATE POLICY generations_owner_delete ON generations FOR DELETE USING (owner_id = {OWNER});

-- How long finished runs took, for the estimate: of everyone's runs, so it names no one.
CREATE TABLE run_times (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    model text NOT NULL,
    quality text NOT NULL,
    seconds real NOT NULL CHECK (seconds >= 0),
    finished_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX run_times_newest_first ON run_times (model, quality, finished_at DESC);
ALTER TABLE run_times ENABLE ROW LEVEL SECURITY;
ALTER TABLE run_times FORCE ROW LEVEL SECURITY;
CREATE POLICY run_times_all ON run_times USING (true) WITH CHECK (true);

-- The generations that still need something done: a look at the provider, a copy of the picture, or
-- their removal. Ids only, kept by a trigger, so that work is found without reading anyone's rows.
CREATE TABLE generations_to_settle (
    generation_id uuid PRIMARY KEY REFERENCES generations ON DELETE CASCADE,
    owner_id uuid NOT NULL,
    due_at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0
);
CREATE INDEX generations_to_settle_due ON generations_to_settle (due_at);
ALTER TABLE generations_to_settle ENABLE ROW LEVEL SECURITY;
ALTER TABLE generations_to_settle FORCE ROW LEVEL SECURITY;
CREATE POLICY generations_to_settle_all ON generations_to_settle USING (true) WITH CHECK (true);

CREATE FUNCTION note_what_to_settle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    due timestamptz := CASE
        WHEN NEW.deleted_at IS NOT NULL THEN NEW.deleted_at + interval '30 seconds'
        WHEN NEW.status = 'processing' THEN now() + interval '10 seconds'
        WHEN NEW.status = 'succeeded' AND NEW.stored_at IS NULL THEN now() + interval '2 seconds'
    END;
BEGIN
    IF due IS NULL THEN
        DELETE FROM generations_to_settle WHERE generation_id = NEW.id;
    ELSE
        INSERT INTO generations_to_settle (generation_id, owner_id, due_at)
        VALUES (NEW.id, NEW.owner_id, due)
        ON CONFLICT (generation_id) DO UPDATE SET due_at = EXCLUDED.due_at, attempts = 0;
    END IF;
    RETURN NULL;
END;
$$;
CREATE TRIGGER generations_to_settle AFTER INSERT OR UPDATE ON generations
    FOR EACH ROW EXECUTE FUNCTION note_what_to_settle();
INSERT INTO generations_to_settle (generation_id, owner_id, due_at)
    SELECT id, owner_id, now() FROM generations WHERE status IN ('processing', 'succeeded');
ALTER TABLE generations FORCE ROW LEVEL SECURITY;

-- Take up to `batch` due generations; they are due again later, and later each time, should this
-- process die or not succeed. Processes that ask at once take different ones.
CREATE FUNCTION claim_generations_to_settle(batch integer)
RETURNS TABLE (generation_id uuid, owner_id uuid, lag_seconds double precision)
LANGUAGE sql AS $$
    WITH due AS (
        SELECT s.generation_id, s.due_at FROM generations_to_settle s WHERE s.due_at <= now()
        ORDER BY s.due_at LIMIT batch FOR UPDATE SKIP LOCKED
    )
    UPDATE generations_to_settle s
    SET due_at = now() + interval '10 seconds' * least(power(2, least(s.attempts, 3)), 6),
        attempts = s.attempts + 1
    FROM due WHERE due.generation_id = s.generation_id
    RETURNING s.generation_id, s.owner_id, extract(epoch FROM now() - due.due_at)::double precision;
$$;
"""

DOWNGRADE = """
DROP FUNCTION claim_generations_to_settle(integer);
DROP TRIGGER generations_to_settle ON generations;
DROP FUNCTION note_what_to_settle();
DROP TABLE generations_to_settle;
DROP TABLE run_times;
DROP POLICY generations_owner_delete ON generations;
DROP INDEX generations_newest_first;
ALTER TABLE generations
    DROP phase,
    DROP charge,
    DROP cancel_requested_at,
    DROP finished_at,
    DROP stored_at,
    DROP picture_type,
    DROP picture_width,
    DROP picture_height,
    DROP deleted_at;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute(DOWNGRADE)
