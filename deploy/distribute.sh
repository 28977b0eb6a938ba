#!/bin/bash
# Lay the tables that grow with every picture on the machines of Citus; docs/scaling.md says how to go about it.
#
#   DISTRIBUTE_DATABASE_URL=postgresql://superuser@coordinator/easel deploy/distribute.sh
#
# Once, after the migrations, with every Easel stopped: all of it or nothing. Later it only brings the functions back
# that a migration has replaced, so it runs again after every migration, before Easel does.
set -euo pipefail
cd "$(dirname "$0")"
# shellcheck source=deploy/database.sh
source database.sh

# The migration that the files in distribute/ were written for.
MIGRATION=0014

take_password "${DISTRIBUTE_DATABASE_URL:?the address of the coordinator, as a superuser}"
ask() { psql_of "$url" <<<"$1"; }

[ "$(ask "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")" = t ] || fail "this takes a superuser"
[ "$(ask "SELECT count(*) FROM pg_extension WHERE extname = 'citus'")" = 1 ] ||
    fail "this database has no Citus: CREATE EXTENSION citus on every machine, then citus_add_node"
[ "$(ask "SELECT to_regclass('alembic_version') IS NOT NULL")" = t ] ||
    fail "this database has no tables of Easel yet: start Easel once, then stop it"
found=$(ask "SELECT version_num FROM alembic_version")
[ "$found" = "$MIGRATION" ] || fail "the database is at migration $found, and this is for $MIGRATION: take the same \
version of Easel for both"
[ "$(ask "SELECT count(*) FROM citus_get_active_worker_nodes()")" -gt 0 ] ||
    fail "Citus knows no workers: citus_add_node"
others=$(ask "SELECT count(*) FROM pg_stat_activity a JOIN pg_class c ON c.oid = 'generations'::regclass
    WHERE a.datname = current_database() AND NOT a.application_name LIKE 'citus%' AND (a.usesysid = c.relowner OR EXISTS
        (SELECT FROM aclexplode(c.relacl) WHERE grantee = a.usesysid))")
[ "$others" = 0 ] || fail "$others connections are Easel's: stop every Easel, then do it again"

if [ "$(ask "SELECT count(*) FROM pg_dist_partition WHERE logicalrelid = 'generations'::regclass")" = 0 ]; then
    files=(1_keys 2_tables 3_foreign_keys 4_functions)
    echo "easel: distributing, which copies every generation"
else
    files=(4_functions)
    echo "easel: the tables are distributed already: only the functions are brought up to date"
fi
{
    echo "BEGIN;"
    for each in "${files[@]}"; do cat "distribute/$each.sql"; done
    echo "COMMIT;"
} | psql_of "$url" >/dev/null
ask "SELECT format('easel: %s on %s:%s, %s of %s shards', table_name, nodename, nodeport, count(*),
        sum(count(*)) OVER (PARTITION BY table_name))
    FROM citus_shards WHERE citus_table_type = 'distributed' GROUP BY table_name, nodename, nodeport ORDER BY 1"
