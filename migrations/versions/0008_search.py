"""Search in the prompts of one person, and reads of many generations at once."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

OWNER = "nullif(current_setting('app.user_id', true), '')::uuid"

# By Unicode's rules, whatever the locale of the database is: builds with ICU have the first, all builds the
# others from 18 and from 17 on.
_COLLATIONS = ("und-x-icu", "pg_unicode_fast", "pg_c_utf8")

_FORM = r"""
-- The form in which prompts and searches are compared: without accents and case. An index holds up to 2560
-- bytes of it, and PostgreSQL's indexes take 2704.
CREATE FUNCTION search_form(prompt text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN octet_length(form) <= 2560 THEN form ELSE left(form, 640) END
    FROM (SELECT {form}) AS formed(form)
$$;
"""
_UNICODE_FORM = r"""
    normalize(lower(regexp_replace(normalize(prompt, NFKD), '[\u0300-\u036f]', '', 'g') {collate}), NFC)
"""

_TABLE = f"""
-- What is searched: a table of its own, as rows here never change, so that one index alone answers a search.
-- The policies allow only conditions that leak nothing (=, <) to be looked up in an index: an index of words
-- or of their parts would be of no use.
CREATE TABLE prompt_search (
    generation_id uuid PRIMARY KEY REFERENCES generations ON DELETE CASCADE,
    owner_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    search text NOT NULL
) WITH (autovacuum_vacuum_insert_scale_factor = 0.02);
INSERT INTO prompt_search SELECT id, owner_id, created_at, search_form(prompt) FROM generations;
CREATE INDEX prompt_search_of_owner ON prompt_search (owner_id, created_at DESC, generation_id DESC)
    INCLUDE (search);
ALTER TABLE prompt_search ENABLE ROW LEVEL SECURITY;
ALTER TABLE prompt_search FORCE ROW LEVEL SECURITY;
CREATE POLICY prompt_search_select ON prompt_search FOR SELECT USING (owner_id = {OWNER});
CREATE POLICY prompt_search_insert ON prompt_search FOR INSERT WITH CHECK (owner_id = {OWNER});

CREATE FUNCTION add_to_search() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO prompt_search VALUES (NEW.id, NEW.owner_id, NEW.created_at, search_form(NEW.prompt));
    RETURN NULL;
END;
$$;
CREATE TRIGGER generations_search AFTER INSERT ON generations
    FOR EACH ROW EXECUTE FUNCTION add_to_search();
"""

_READ = r"""
-- Those whose prompts contain every word of `words`. Raises no_data_found as `list_generations` does.
CREATE FUNCTION search_generations(
    token_hash bytea, owner uuid, before uuid, at_most integer, words text
) RETURNS SETOF generations LANGUAGE plpgsql AS $$
DECLARE
    me uuid := enter(token_hash, owner);
    start timestamptz := 'infinity';
    patterns text[] := ARRAY(
        SELECT '%' || regexp_replace(word, '([\\%_])', '\\\1', 'g') || '%'
        FROM regexp_split_to_table(search_form(words), '\s+') AS word WHERE word <> ''
    );
BEGIN
    IF me IS NULL THEN
        RETURN;
    END IF;
    IF before IS NOT NULL THEN
        SELECT g.created_at INTO STRICT start FROM generations g WHERE g.id = before AND g.owner_id = me;
    END IF;
    RETURN QUERY SELECT g.* FROM prompt_search p
        CROSS JOIN LATERAL (
            SELECT * FROM generations g
            WHERE g.id = p.generation_id AND g.owner_id = me AND g.deleted_at IS NULL OFFSET 0
        ) AS g
        WHERE p.owner_id = me AND p.search LIKE ALL (patterns)
            AND (p.created_at, p.generation_id)
                < (start, coalesce(before, 'ffffffff-ffff-ffff-ffff-ffffffffffff'))
        ORDER BY p.created_at DESC, p.generation_id DESC LIMIT at_most;
END;
$$;

-- Those of the ids that are the caller's, the newest first.
CREATE FUNCTION read_generations(token_hash bytea, owner uuid, ids uuid[])
RETURNS SETOF generations LANGUAGE plpgsql AS $$
DECLARE
    me uuid := enter(token_hash, owner);
BEGIN
    RETURN QUERY SELECT * FROM generations g
        WHERE g.id = ANY (ids) AND g.owner_id = me AND g.deleted_at IS NULL
        ORDER BY g.created_at DESC, g.id DESC;
END;
$$;
"""

DOWNGRADE = """
DROP FUNCTION read_generations(bytea, uuid, uuid[]);
DROP FUNCTION search_generations(bytea, uuid, uuid, integer, text);
DROP TRIGGER generations_search ON generations;
DROP FUNCTION add_to_search();
DROP TABLE prompt_search;
DROP FUNCTION search_form(text);
"""


def upgrade() -> None:
    op.execute(_FORM.format(form=_form()))
    op.execute("ALTER TABLE generations NO FORCE ROW LEVEL SECURITY")
    op.execute(_TABLE)
    op.execute("ALTER TABLE generations FORCE ROW LEVEL SECURITY")
    op.execute(_READ)


def downgrade() -> None:
    op.execute(DOWNGRADE)


def _form() -> str:
    """In a database that is not UTF-8, which `normalize` needs, accents count. As SQL: the usual form."""
    if op.get_context().as_sql:
        return _UNICODE_FORM.format(collate=f'COLLATE "{_COLLATIONS[0]}"')
    connection = op.get_bind()
    if connection.exec_driver_sql("SHOW server_encoding").scalar_one() != "UTF8":
        return "lower(prompt)"
    found = connection.exec_driver_sql("SELECT collname FROM pg_collation").scalars().all()
    best = next((each for each in _COLLATIONS if each in found), None)
    return _UNICODE_FORM.format(collate=f'COLLATE "{best}"' if best else "")
