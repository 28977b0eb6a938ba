"""Generations that ended without our knowing whether they were charged are followed up; a lost picture is a
fact in its row; no two generations have one prediction."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_FUNCTION = """
CREATE OR REPLACE FUNCTION note_what_to_settle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    due timestamptz := CASE
        WHEN NEW.deleted_at IS NOT NULL THEN NEW.deleted_at + interval '30 seconds'
        WHEN NEW.status = 'processing' THEN now() + interval '10 seconds'
        {conditions}
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
"""
_NEW = """
        WHEN NEW.status = 'succeeded' AND NEW.stored_at IS NULL AND NEW.given_up_at IS NULL
            THEN now() + interval '2 seconds'
        WHEN NEW.status = 'failed' AND NEW.error_code = 'TIMED_OUT' AND NEW.charge = 'unknown'
                AND NEW.late_charge IS NULL AND NEW.given_up_at IS NULL
            THEN now() + interval '10 seconds'
"""
_OLD = "WHEN NEW.status = 'succeeded' AND NEW.stored_at IS NULL THEN now() + interval '2 seconds'"

UPGRADE = f"""
ALTER TABLE generations
    ADD given_up_at timestamptz,
    ADD late_charge text CHECK (late_charge IN ('charged', 'not_charged'));
{_FUNCTION.format(conditions=_NEW)}
-- Without FORCE the owning role, which migrates, sees every row for a moment; others still do not.
ALTER TABLE generations NO FORCE ROW LEVEL SECURITY;
-- Each of these starts the trigger, which lists what is to be settled, and what no longer is.
UPDATE generations SET given_up_at = now()
    WHERE stored_at IS NULL AND coalesce(finished_at, updated_at) < now() - interval '65 minutes'
        AND (status = 'succeeded' OR (error_code = 'TIMED_OUT' AND charge = 'unknown'));
UPDATE generations SET given_up_at = NULL
    WHERE error_code = 'TIMED_OUT' AND charge = 'unknown' AND given_up_at IS NULL;
-- A model without a place for a marker could be given one prediction twice; the first keeps it.
UPDATE generations SET external_id = NULL WHERE id IN (
    SELECT id FROM (
        SELECT id, row_number() OVER (PARTITION BY external_id ORDER BY created_at, id) AS place
        FROM generations WHERE external_id IS NOT NULL
    ) numbered WHERE place > 1
);
-- Adopting somebody else's prediction fails here, though row level security hides that it is theirs.
CREATE UNIQUE INDEX generations_external_id ON generations (external_id);
ALTER TABLE generations FORCE ROW LEVEL SECURITY;
"""

DOWNGRADE = f"""
{_FUNCTION.format(conditions=_OLD)}
ALTER TABLE generations NO FORCE ROW LEVEL SECURITY;
DELETE FROM generations_to_settle USING generations
    WHERE generations.id = generation_id AND status = 'failed' AND deleted_at IS NULL;
ALTER TABLE generations FORCE ROW LEVEL SECURITY;
DROP INDEX generations_external_id;
ALTER TABLE generations DROP given_up_at, DROP late_charge;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute(DOWNGRADE)
