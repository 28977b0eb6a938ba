"""Who has come in, who of them are administrators, and login sessions that end when nobody uses them."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

OWNER = "nullif(current_setting('app.user_id', true), '')::uuid"

UPGRADE = f"""
-- Written at each sign-in. Whoever is blocked cannot sign in.
CREATE TABLE people (
    owner_id uuid PRIMARY KEY,
    name text NOT NULL,
    email text,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    blocked_at timestamptz
);
ALTER TABLE people ENABLE ROW LEVEL SECURITY;
ALTER TABLE people FORCE ROW LEVEL SECURITY;
CREATE POLICY people_select ON people FOR SELECT USING (owner_id = {OWNER});
CREATE POLICY people_insert ON people FOR INSERT WITH CHECK (owner_id = {OWNER});
CREATE POLICY people_update ON people FOR UPDATE
    USING (owner_id = {OWNER}) WITH CHECK (owner_id = {OWNER});

-- Whoever is blocked is out at once, on every process.
CREATE FUNCTION end_access() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM login_sessions WHERE owner_id = NEW.owner_id;
    DELETE FROM api_tokens WHERE owner_id = NEW.owner_id;
    RETURN NULL;
END;
$$;
CREATE TRIGGER people_blocked AFTER UPDATE OF blocked_at ON people
    FOR EACH ROW WHEN (NEW.blocked_at IS NOT NULL) EXECUTE FUNCTION end_access();

-- `expires_at` is pushed on with each use (`last_seen_at`), up to `ends_at`. Processes older than this
-- migration set no `ends_at`: theirs may last for two weeks, as they did.
ALTER TABLE login_sessions
    ADD is_admin boolean NOT NULL DEFAULT false,
    ADD ends_at timestamptz NOT NULL DEFAULT now() + interval '14 days';
ALTER TABLE login_sessions NO FORCE ROW LEVEL SECURITY;
UPDATE login_sessions SET ends_at = expires_at;
ALTER TABLE login_sessions FORCE ROW LEVEL SECURITY;

CREATE FUNCTION prolong_login_session() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.expires_at := least(NEW.ends_at, now() + interval '7 days');
    RETURN NEW;
END;
$$;
CREATE TRIGGER login_sessions_prolong BEFORE UPDATE OF last_seen_at ON login_sessions
    FOR EACH ROW EXECUTE FUNCTION prolong_login_session();
"""

DOWNGRADE = """
DROP TRIGGER login_sessions_prolong ON login_sessions;
DROP FUNCTION prolong_login_session();
ALTER TABLE login_sessions DROP ends_at, DROP is_admin;
DROP TABLE people;
DROP FUNCTION end_access();
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute(DOWNGRADE)
