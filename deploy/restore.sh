#!/usr/bin/env bash
# Put a back-up of deploy/backup.sh into an empty host: deploy/restore.sh FOLDER/<time>
#
# The database gets everything or nothing; its rows are counted again. Easel must not run, and starts afterwards as
# ever: it brings the database of an older version up to its own.
#
# RESTORE_DATABASE_URL  a superuser, at an empty database of easel_owner, where the roles of Easel exist. Without it a new
#                       embedded database is made in DATA_DIR.
# DATA_DIR              where the folder `pictures` goes (.data).
set -euo pipefail
umask 077
. "$(dirname "$0")/database.sh"

[ $# = 1 ] && [ -f "$1/easel.dump" ] && [ -f "$1/rows" ] || fail "usage: deploy/restore.sh FOLDER/<time>"
data=${DATA_DIR:-.data}
[ ! -e "$data/pictures" ] || [ -z "$(ls -A "$data/pictures")" ] || fail "there are pictures in $data already"
if [ -z "${RESTORE_DATABASE_URL:-}" ]; then
    start_embedded "$data"
    own_programs
fi
take_password "${RESTORE_DATABASE_URL:-$(embedded_url)}"
refuse_bound_role "$url"
tables=$(psql_of "$url" <<<"SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
[ "$tables" = 0 ] || fail "the database is not empty: it has $tables tables"

pg_restore --dbname="$url" --exit-on-error --single-transaction "$1/easel.dump"
psql_of "$url" <<'SQL' | diff "$1/rows" - || fail "the database does not have the rows of the back-up"
SELECT format('SELECT %L, count(*) FROM %I', relname, relname) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname COLLATE "C" \gexec
SQL
psql_of "$url" <<<"ANALYZE"
if [ -d "$1/pictures" ]; then
    mkdir -p "$data"
    rsync --archive "$1/pictures/" "$data/pictures/"
fi
[ -n "${RESTORE_DATABASE_URL:-}" ] || stop_embedded "$data"
echo "easel: restored $(awk -F'|' '{n += $2} END {print n}' "$1/rows") rows$([ ! -d "$1/pictures" ] || echo " and the pictures")"
