"""Generations and login sessions, each row visible to its owner only."""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# After a transaction in which it was set, a setting reads '' and not NULL: hence nullif.
OWNER = "nullif(current_setting('app.user_id', true), '')::uuid"
LOGIN_TOKEN_HASH = "decode(nullif(current_setting('app.login_token_hash', true), ''), 'hex')"  # noqa: S105

UPGRADE = f"""
CREATE TABLE generations (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    owner_id uuid NOT NULL,
    prompt text NOT NULL CHECK (char_length(prompt) BETWEEN 1 AND 800),
    external_id text,
    status text NOT NULL CHECK (status IN ('processing', 'succeeded', 'failed')),
    result_url text,
    error_code text,
    model text NOT NULL DEFAULT 'openai/gpt-image-2',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CHECK (status <> 'succeeded' OR result_url IS NOT NULL)
);

CREATE UNIQUE INDEX generations_one_in_flight_per_owner
    ON generations (owner_id) WHERE status = 'processing';

ALTER TABLE generations ENABLE ROW LEVEL SECURITY;
ALTER TABLE generations FORCE ROW LEVEL SECURITY;
CREATE POLICY generations_owner_select ON generations FOR SELECT USING (owner_id = {OWNER});
CREATE POLICY generations_owner_insert ON generations FOR INSERT WITH CHECK (owner_id = {OWNER});
CREATE POLICY generations_owner_update ON generations FOR UPDATE
    USING (owner_id = {OWNER}) WITH CHECK (owner_id = {OWNER});

CREATE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at = now();
    RETURN NEW;
END;
$$;

CREATE TRIGGER generations_touch BEFORE UPDATE ON generations
    FOR EACH ROW EXECUTE FUNCTION touch_updated_at();

CREATE TABLE login_sessions (
    token_hash bytea PRIMARY KEY CHECK (length(token_hash) = 32),
    owner_id uuid NOT NULL,
    name text NOT NULL,
    picture text,
    created_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL
);

CREATE INDEX login_sessions_owner ON login_sessions (owner_id);

ALTER TABLE login_sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE login_sessions FORCE ROW LEVEL SECURITY;
-- A login session is found by its token before anyone knows whose it is: the token's hash opens
-- that one row, and an owner sees their own.
CREATE POLICY login_sessions_select ON login_sessions FOR SELECT
    USING (token_hash = {LOGIN_TOKEN_HASH} OR owner_id = {OWNER});
CREATE POLICY login_sessions_insert ON login_sessions FOR INSERT WITH CHECK (owner_id = {OWNER});
CREATE POLICY login_sessions_update ON login_sessions FOR UPDATE
    USING (token_hash = {LOGIN_TOKEN_HASH} OR owner_id = {OWNER})
    WITH CHECK (token_hash = {LOGIN_TOKEN_HASH} OR owner_id = {OWNER});
CREATE POLICY login_sessions_delete ON login_sessions FOR DELETE
    USING (token_hash = {LOGIN_TOKEN_HASH} OR owner_id = {OWNER});

ALTER TABLE alembic_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE alembic_version FORCE ROW LEVEL SECURITY;
-- Holds no one's data; writing to it is a matter of grants, which the serving role lacks.
CREATE POLICY alembic_version_all ON alembic_version USING (true) WITH CHECK (true);
"""

DOWNGRADE = """
DROP POLICY alembic_version_all ON alembic_version;
ALTER TABLE alembic_version NO FORCE ROW LEVEL SECURITY;
ALTER TABLE alembic_version DISABLE ROW LEVEL SECURITY;
DROP TABLE login_sessions;
DROP TABLE generations;
DROP FUNCTION touch_updated_at();
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute(DOWNGRADE)
