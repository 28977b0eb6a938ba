-- Lay the tables that grow with every picture on the machines of Citus. All else stays with the coordinator, as ever:
-- people, login sessions, tokens, keys of submits, the ledger, what is spent, the audit log.
SET LOCAL citus.enable_unsafe_triggers = on;
SET LOCAL citus.multi_shard_modify_mode = 'sequential';

-- Triggers would run once more for rows that are only moved, so they are made anew after that. They are safe: each
-- writes what is the same owner's alone, and that lies on the same machine. But for the news: a notice that is given on
-- one machine is heard on none of the others, and processes that find no such trigger look by themselves.
CREATE TEMPORARY TABLE set_aside ON COMMIT DROP AS
    SELECT tgrelid::regclass AS at, tgname, pg_get_triggerdef(oid) AS definition FROM pg_trigger
    WHERE NOT tgisinternal AND tgrelid IN (
        'generations'::regclass, 'generations_to_settle'::regclass, 'prompt_search'::regclass
    );
DO $$
DECLARE
    each record;
BEGIN
    FOR each IN SELECT * FROM set_aside LOOP
        EXECUTE format('DROP TRIGGER %I ON %s', each.tgname, each.at);
    END LOOP;
END;
$$;

SELECT create_distributed_table('generations', 'owner_id');
SELECT create_distributed_table('generations_to_settle', 'owner_id', colocate_with => 'generations');
SELECT create_distributed_table('prompt_search', 'owner_id', colocate_with => 'generations');
SELECT create_distributed_table('ledger_settlements', 'owner_id', colocate_with => 'generations');
-- What was copied would stay on the coordinator's disk, unseen, also of whoever deletes their account.
SELECT truncate_local_data_after_distributing_table(each) FROM unnest(ARRAY[
    'generations', 'generations_to_settle', 'prompt_search', 'ledger_settlements'
]::regclass[]) AS each;
-- Which a trigger calls on the machines; the triggers' own functions come along by themselves.
SELECT create_distributed_function('search_form(text)');

DO $$
DECLARE
    each record;
BEGIN
    FOR each IN SELECT * FROM set_aside WHERE tgname <> 'generations_news' LOOP
        EXECUTE each.definition;
    END LOOP;
    -- Whose rows a transaction sees has to be known on every machine.
    EXECUTE format('ALTER DATABASE %I SET citus.propagate_set_commands = ''local''', current_database());
    -- Later migrations alter tables and functions in one transaction, for which Citus wants one connection to a machine.
    EXECUTE format('ALTER ROLE %s IN DATABASE %I SET citus.multi_shard_modify_mode = ''sequential''',
        (SELECT relowner::regrole FROM pg_class WHERE oid = 'generations'::regclass), current_database());
END;
$$;
