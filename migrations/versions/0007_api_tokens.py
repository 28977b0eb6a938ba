"""Tokens with which programs of a person come in, beside the cookie of a browser."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

OWNER = "nullif(current_setting('app.user_id', true), '')::uuid"
# The setting has the hash of whatever was presented, a browser's token or a program's.
PRESENTED = "decode(nullif(current_setting('app.login_token_hash', true), ''), 'hex')"

_TABLE = f"""
CREATE TABLE api_tokens (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    token_hash bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    owner_id uuid NOT NULL,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    scopes text[] NOT NULL CHECK (cardinality(scopes) > 0 AND scopes <@ '{{read,generate}}'),
    created_at timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    expires_at timestamptz NOT NULL
);
CREATE INDEX api_tokens_owner ON api_tokens (owner_id);
ALTER TABLE api_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_tokens FORCE ROW LEVEL SECURITY;
-- Found by its hash before anyone knows whose it is, as a login session is; made and revoked by its owner.
CREATE POLICY api_tokens_select ON api_tokens FOR SELECT
    USING (token_hash = {PRESENTED} OR owner_id = {OWNER});
CREATE POLICY api_tokens_insert ON api_tokens FOR INSERT WITH CHECK (owner_id = {OWNER});
CREATE POLICY api_tokens_update ON api_tokens FOR UPDATE
    USING (token_hash = {PRESENTED}) WITH CHECK (token_hash = {PRESENTED});
CREATE POLICY api_tokens_delete ON api_tokens FOR DELETE USING (owner_id = {OWNER});
CREATE POLICY api_tokens_remove_expired ON api_tokens FOR DELETE USING (expires_at <= now());
-- Whoever is held for it, or has a page open, hears that it is worthless now.
CREATE TRIGGER api_tokens_news AFTER DELETE ON api_tokens FOR EACH ROW EXECUTE FUNCTION tell_news();
"""

_BEGIN = """
-- Set whose rows this transaction sees. Returns the owner: `owner` itself, or the one whose login session or
-- API token has `token_hash`, and then notes that it was used, to five minutes. NULL for one that is over.
CREATE OR REPLACE FUNCTION enter(token_hash bytea, owner uuid) RETURNS uuid LANGUAGE plpgsql AS $$
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
"""
_API_TOKENS_TOO = """        IF me IS NULL THEN
            me := (find_api_token(enter.token_hash)).owner_id;
        END IF;
"""
_REST = """    END IF;
    PERFORM set_config('app.user_id', coalesce(me::text, ''), true);
    RETURN me;
END;
$$;
"""

_FIND = """
-- The API token of that hash, noted as used; a row of nulls when it is unknown or over.
CREATE FUNCTION find_api_token(token_hash bytea) RETURNS api_tokens LANGUAGE plpgsql AS $$
DECLARE
    token api_tokens;
BEGIN
    PERFORM set_config('app.login_token_hash', encode(find_api_token.token_hash, 'hex'), true);
    SELECT * INTO token FROM api_tokens t
        WHERE t.token_hash = find_api_token.token_hash AND t.expires_at > now();
    IF token.id IS NOT NULL AND coalesce(token.last_used_at, '-infinity') < now() - interval '5 minutes' THEN
        UPDATE api_tokens t SET last_used_at = now() WHERE t.token_hash = find_api_token.token_hash;
    END IF;
    RETURN token;
END;
$$;

-- A new token of an owner, in place of those that have expired; nothing when there are `at_most` live ones.
CREATE FUNCTION add_api_token(
    owner uuid, token_hash bytea, name text, scopes text[], lifetime interval, at_most integer
) RETURNS SETOF api_tokens LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enter(NULL, owner);
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

-- The live tokens of an owner, the newest first.
CREATE FUNCTION list_api_tokens(owner uuid) RETURNS SETOF api_tokens LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enter(NULL, owner);
    RETURN QUERY SELECT * FROM api_tokens t WHERE t.owner_id = owner AND t.expires_at > now()
        ORDER BY t.created_at DESC, t.id;
END;
$$;

-- Whether there was one of the owner's with that id, which is worthless from now on.
CREATE FUNCTION revoke_api_token(owner uuid, token uuid) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    PERFORM enter(NULL, owner);
    DELETE FROM api_tokens t WHERE t.owner_id = owner AND t.id = token AND t.expires_at > now();
    RETURN FOUND;
END;
$$;
"""

UPGRADE = _TABLE + _FIND + _BEGIN + _API_TOKENS_TOO + _REST

DOWNGRADE = f"""
{_BEGIN}{_REST}
DROP FUNCTION revoke_api_token(uuid, uuid);
DROP FUNCTION list_api_tokens(uuid);
DROP FUNCTION add_api_token(uuid, bytea, text, text[], interval, integer);
DROP FUNCTION find_api_token(bytea);
DROP TABLE api_tokens;
"""


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute(DOWNGRADE)
