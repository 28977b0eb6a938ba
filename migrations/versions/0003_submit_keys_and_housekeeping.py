"""Idempotency keys of submits, and policies that let expired rows be removed."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OWNER = "nullif(current_setting('app.user_id', true), '')::uuid"

UPGRADE = f"""
CREATE TABLE submit_keys (
    owner_id uuid NOT NULL,
    key text NOT NULL CHECK (char_length(key) BETWEEN 1 AND 255),
    generation_id uuid NOT NULL,
    prompt_hash bytea NOT NULL CHECK (length(prompt_hash) = 32),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (owner_id, key)
);
CREATE INDEX submit_keys_created_at ON submit_keys (created_at);
ALTER TABLE submit_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE submit_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY submit_keys_owner_select ON submit_keys FOR SELECT USING (owner_id = {OWNER});
CREATE POLICY submit_keys_owner_insert ON submit_keys FOR INSERT WITH CHECK (owner_id = {OWNER});
CREATE POLICY submit_keys_owner_update ON submit_keys FOR UPDATE
    USING (owner_id = {OWNER}) WITH CHECK (owner_id = {OWNER});

-- What has expired may be removed by anyone, unseen: a DELETE without conditions needs no SELECT.
CREATE POLICY submit_keys_remove_expired ON submit_keys FOR DELETE
    USING (created_at <= now() - interval '24 hours');
CREATE POLICY login_sessions_remove_expired ON login_sessions FOR DELETE USING (expires_at <= now());
DROP POLICY run_times_all ON run_times;
CREATE POLICY run_times_select ON run_times FOR SELECT USING (true);
CREATE POLICY run_times_insert ON run_times FOR INSERT WITH CHECK (true);
CREATE POLICY run_times_remove_old ON run_times FOR DELETE USING (finished_at <= now() - interval '90 days');
"""

DOWNGRADE = """
DROP POLICY run_times_select ON run_times;
DROP POLICY run_times_insert ON run_times;
DROP POLICY run_times_remove_old ON run_times;
CREATE POLICY run_times_all ON run_times USING (true) WITH CHECK (true);
DROP POLICY login_sessions_remove_expired ON login_sessions;
DROP TABLE submit_keys;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute(DOWNGRADE)
