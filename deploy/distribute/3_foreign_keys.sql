-- With the owner in them. NOT VALID: the rows that there are had the keys of before until a moment ago, and Citus makes
-- these anew on each machine to which it moves rows, where policies would hide them from the check.
ALTER TABLE generations_to_settle ADD CONSTRAINT generations_to_settle_generation_id_fkey
    FOREIGN KEY (owner_id, generation_id) REFERENCES generations (owner_id, id) ON DELETE CASCADE NOT VALID;
ALTER TABLE prompt_search ADD CONSTRAINT prompt_search_generation_id_fkey
    FOREIGN KEY (owner_id, generation_id) REFERENCES generations (owner_id, id) ON DELETE CASCADE NOT VALID;
