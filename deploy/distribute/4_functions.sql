-- The functions whose form for one machine cannot be had on several. A migration that replaces one of them takes this
-- form away, and running this again brings it back.

-- `set_config` stays on this machine; SET LOCAL reaches all that the transaction reaches. Citus opens none on the other
-- machines for what a function reads outside of a transaction block, and the setting would not get there: an
-- intermediate result, which nobody looks at, has it open one. `name` is never anybody's input.
CREATE OR REPLACE FUNCTION set_local(name text, value text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    IF name = 'app.user_id' AND value <> '' AND to_regproc('create_intermediate_result') IS NOT NULL THEN
        PERFORM create_intermediate_result('easel', 'SELECT 1');
    END IF;
    EXECUTE format('SET LOCAL %s = %L', name, value);
    RETURN value;
END;
$$;

-- In a transaction block Citus sends settings along by itself.
CREATE OR REPLACE FUNCTION begin_for(owner text, login_token_hash text, statement_timeout text)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL app.user_id = %L', owner);
    EXECUTE format('SET LOCAL app.login_token_hash = %L', login_token_hash);
    EXECUTE format('SET LOCAL statement_timeout = %L', statement_timeout);
END;
$$;

CREATE OR REPLACE FUNCTION save_prediction(owner uuid, generation uuid, prediction text, poll_in float8)
RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO predictions AS p (external_id, generation_id) VALUES (prediction, generation)
        ON CONFLICT (external_id) DO UPDATE SET generation_id = EXCLUDED.generation_id
        WHERE p.generation_id = EXCLUDED.generation_id;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    UPDATE generations g SET external_id = prediction, phase = 'starting',
        next_poll_at = now() + make_interval(secs => poll_in)
        WHERE g.id = generation AND g.owner_id = owner;
    RETURN true;
END;
$$;

-- Runs on the generation's machine.
CREATE OR REPLACE FUNCTION settle_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    known text := nullif(coalesce(NEW.late_charge, NEW.charge), 'unknown');
    is_failure boolean := NEW.status = 'failed' AND OLD.status <> 'failed';
BEGIN
    IF known IS NOT NULL OR is_failure THEN
        INSERT INTO ledger_settlements (owner_id, generation_id, charge, has_failed)
            VALUES (NEW.owner_id, NEW.id, known, is_failure);
    END IF;
    RETURN NULL;
END;
$$;

-- Take over what was noted for the ledger, of everybody or of one person. Each row with its own owner's rights, as
-- policies bind whoever does it. A note is removed by the next call, which finds it done: a machine commits before the
-- coordinator does, and a note that were removed with its use could be lost between the two.
CREATE OR REPLACE FUNCTION settle_noted(person uuid, batch integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    before text := coalesce(current_setting('app.user_id', true), '');
    noted record;
BEGIN
    FOR noted IN SELECT * FROM ledger_settlements n WHERE person IS NULL OR n.owner_id = person
        ORDER BY n.id LIMIT batch
    LOOP
        PERFORM set_local('app.user_id', noted.owner_id::text);
        UPDATE ledger l SET has_failed = l.has_failed OR noted.has_failed,
            state = CASE noted.charge WHEN 'charged' THEN 'charged' ELSE 'released' END, settled_at = now()
            WHERE l.generation_id = noted.generation_id AND l.state = 'reserved' AND noted.charge IS NOT NULL;
        IF NOT FOUND THEN
            UPDATE ledger l SET has_failed = true
                WHERE l.generation_id = noted.generation_id AND noted.has_failed AND NOT l.has_failed;
        END IF;
        IF NOT FOUND THEN
            DELETE FROM ledger_settlements n WHERE n.owner_id = noted.owner_id AND n.id = noted.id;
        END IF;
    END LOOP;
    PERFORM set_local('app.user_id', before);
END;
$$;

-- SKIP LOCKED is for one owner's rows alone here: the list is read first, and then each row is taken for itself.
CREATE OR REPLACE FUNCTION claim_generations_to_settle(batch integer)
RETURNS TABLE (generation_id uuid, owner_id uuid, lag_seconds double precision) LANGUAGE plpgsql AS $$
DECLARE
    due record;
BEGIN
    PERFORM settle_noted(NULL, 100);
    DELETE FROM predictions p WHERE p.at < now() - interval '1 day';
    FOR due IN SELECT s.* FROM generations_to_settle s WHERE s.due_at <= now() ORDER BY s.due_at LIMIT batch LOOP
        PERFORM FROM generations_to_settle s
            WHERE s.owner_id = due.owner_id AND s.generation_id = due.generation_id AND s.due_at = due.due_at
            FOR UPDATE SKIP LOCKED;
        IF FOUND THEN
            UPDATE generations_to_settle s SET attempts = due.attempts + 1,
                due_at = now() + interval '10 seconds' * least(power(2, least(due.attempts, 3)), 6)
                WHERE s.owner_id = due.owner_id AND s.generation_id = due.generation_id;
            RETURN QUERY SELECT due.generation_id, due.owner_id,
                extract(epoch FROM now() - due.due_at)::double precision;
        END IF;
    END LOOP;
END;
$$;
