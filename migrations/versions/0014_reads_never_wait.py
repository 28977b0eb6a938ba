"""A read notes that a login session or API token is used, and never waits for whoever has its row locked.

Reads of several callers may be one statement (`core/database/lookups.py`): one that waits would hold up the
others, and two such statements that lock the same rows in turn would lock each other out.
"""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

oldest_code = "0012"

_PLAIN = "UPDATE {table} {as_} SET {column} = now() WHERE {as_}.token_hash = {function}.token_hash;"
# Whoever has the lock is noting the same, or deletes the row.
_SKIPPING = """UPDATE {table} {as_} SET {column} = now() WHERE {as_}.token_hash = (
            SELECT used.token_hash FROM {table} used
            WHERE used.token_hash = {function}.token_hash FOR UPDATE SKIP LOCKED);"""
_FUNCTIONS = (
    {"function": "enter", "table": "login_sessions", "as_": "s", "column": "last_seen_at"},
    {"function": "find_api_token", "table": "api_tokens", "as_": "t", "column": "last_used_at"},
)


def _replacing(function: str, text: str, replacement: str) -> str:
    """In the function as it stands, which 0013 has changed since 0007."""
    return f"""
DO $replace$
DECLARE
    before text := pg_get_functiondef('{function}'::regproc);
    after text := replace(before, $text${text}$text$, $text${replacement}$text$);
BEGIN
    IF after = before THEN
        RAISE EXCEPTION 'The function {function} is not as it was made';
    END IF;
    EXECUTE after;
END;
$replace$;
"""


UPGRADE = "".join(
    _replacing(names["function"], _PLAIN.format(**names), _SKIPPING.format(**names)) for names in _FUNCTIONS
)
DOWNGRADE = "".join(
    _replacing(names["function"], _SKIPPING.format(**names), _PLAIN.format(**names)) for names in _FUNCTIONS
)


def upgrade() -> None:
    op.execute(UPGRADE)


def downgrade() -> None:
    op.execute(DOWNGRADE)
