"""What a start compares: which code may serve this schema, and which store has the pictures; and when people
proved who they are."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# The newest migration that the oldest code knew which may go on serving beside this one.
oldest_code = "0011"

OWNER = "nullif(current_setting('app.user_id', true), '')::uuid"

UPGRADE = f"""
-- Written after each migration, for code that does not know that migration.
CREATE TABLE schema_compatibility (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    oldest_code text NOT NULL
);
ALTER TABLE schema_compatibility ENABLE ROW LEVEL SECURITY;
ALTER TABLE schema_compatibility FORCE ROW LEVEL SECURITY;
CREATE POLICY schema_compatibility_all ON schema_compatibility USING (true) WITH CHECK (true);

-- The id of the store that has the pictures, which is in the store too.
CREATE TABLE picture_store (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    id uuid NOT NULL
);
ALTER TABLE picture_store ENABLE ROW LEVEL SECURITY;
ALTER TABLE picture_store FORCE ROW LEVEL SECURITY;
CREATE POLICY picture_store_select ON picture_store FOR SELECT USING (true);
CREATE POLICY picture_store_insert ON picture_store FOR INSERT WITH CHECK (true);

-- When the person of a login session proved who they are, where that is known. Not a column of
-- login_sessions: code of before this migration has prepared statements that read all of those.
CREATE TABLE authentications (
    token_hash bytea PRIMARY KEY REFERENCES login_sessions ON DELETE CASCADE,
    owner_id uuid NOT NULL,
    at timestamptz NOT NULL
);
ALTER TABLE authentications ENABLE ROW LEVEL SECURITY;
ALTER TABLE authentications FORCE ROW LEVEL SECURITY;
CREATE POLICY authentications_owner_select ON authentications FOR SELECT USING (owner_id = {OWNER});
CREATE POLICY authentications_owner_insert ON authentications FOR INSERT WITH CHECK (owner_id = {OWNER});

-- A row for a login session that is not over; null where nobody knows when.
CREATE FUNCTION find_authentication(presented bytea) RETURNS SETOF timestamptz LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM find_login_session(presented)) THEN
        RETURN QUERY SELECT (SELECT a.at FROM authentications a WHERE a.token_hash = presented);
    END IF;
END;
$$;
"""

DOWNGRADE = """
DROP FUNCTION find_authentication(bytea);
DROP TABLE authentications;
DROP TABLE picture_store;
DROP TABLE schema_compatibility;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute(DOWNGRADE)
