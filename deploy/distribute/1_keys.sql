-- Keys that begin with the owner, by whom rows lie on one machine or another. Plain PostgreSQL takes this too, and a
-- test runs it there; it is not in the migrations because new indexes of large tables keep everybody from writing,
-- and one machine has no use for them.
ALTER TABLE generations_to_settle DROP CONSTRAINT generations_to_settle_generation_id_fkey;
ALTER TABLE prompt_search DROP CONSTRAINT prompt_search_generation_id_fkey;

ALTER TABLE generations
    DROP CONSTRAINT generations_pkey,
    ADD CONSTRAINT generations_pkey PRIMARY KEY (owner_id, id);
ALTER TABLE generations_to_settle
    DROP CONSTRAINT generations_to_settle_pkey,
    ADD CONSTRAINT generations_to_settle_pkey PRIMARY KEY (owner_id, generation_id);
ALTER TABLE prompt_search
    DROP CONSTRAINT prompt_search_pkey,
    ADD CONSTRAINT prompt_search_pkey PRIMARY KEY (owner_id, generation_id);

-- No index of one machine's rows can say that no two generations of all have one prediction. This table can, which
-- stays in one place. Nobody adopts a prediction that is older than an hour, so that a day of it is enough.
CREATE TABLE predictions (
    external_id text PRIMARY KEY,
    generation_id uuid NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX predictions_by_time ON predictions (at);
INSERT INTO predictions
    SELECT external_id, id, created_at FROM generations
    WHERE external_id IS NOT NULL AND created_at > now() - interval '1 day';
DROP INDEX generations_external_id;

-- What the ends of generations mean to the ledger. Their machines note it here, beside them, because they cannot reach
-- the ledger, which is in one place; whoever claims tasks takes it over.
CREATE TABLE ledger_settlements (
    owner_id uuid NOT NULL,
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    generation_id uuid NOT NULL,
    charge text CHECK (charge IN ('charged', 'not_charged')),
    has_failed boolean NOT NULL,
    PRIMARY KEY (owner_id, id)
);

-- Both hold ids only, as the list of what to settle does: its owner, and who may change it, are theirs too.
DO $$
DECLARE
    name text;
    serving regrole;
BEGIN
    FOREACH name IN ARRAY ARRAY['predictions', 'ledger_settlements'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY %I ON %I USING (true) WITH CHECK (true)', name || '_all', name);
        FOR serving IN SELECT DISTINCT grantee::regrole FROM pg_class, aclexplode(relacl)
            WHERE oid = 'generations_to_settle'::regclass AND grantee <> relowner
        LOOP
            EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO %s', name, serving);
        END LOOP;
        EXECUTE format('ALTER TABLE %I OWNER TO %s', name,
            (SELECT relowner::regrole FROM pg_class WHERE oid = 'generations_to_settle'::regclass));
    END LOOP;
END;
$$;
