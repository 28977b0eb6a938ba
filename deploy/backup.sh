#!/usr/bin/env bash
# Back up Easel while it runs: deploy/backup.sh FOLDER
#
# Makes FOLDER/<time in UTC> with the database (easel.dump), the number of rows of each of its tables (rows) and the
# pictures (pictures/), compares all of it with what was there, and says so; anything else ends with an error and leaves
# no folder of that name. Pictures that the back-up before has too are links to those, and take no space.
#
# BACKUP_DATABASE_URL  as whom to read: a superuser, or a role with BYPASSRLS and pg_read_all_data. Without it the
#                      embedded database of DATA_DIR is read, which has to run.
# DATA_DIR             where the folder `pictures` is (.data); with IMAGE_STORE_URL in force there is none, and the
#                      bucket is backed up by its own means.
set -euo pipefail
umask 077
. "$(dirname "$0")/database.sh"

[ $# = 1 ] || fail "usage: deploy/backup.sh FOLDER"
[ -n "${BACKUP_DATABASE_URL:-}" ] || own_programs
take_password "${BACKUP_DATABASE_URL:-$(embedded_url)}"
pictures=${DATA_DIR:-.data}/pictures
refuse_bound_role "$url"

mkdir -p "$1"
now=$(date -u +%Y-%m-%dT%H%M%SZ)
before=$(find "$1" -maxdepth 1 -name "20*Z" | sort | tail -1)
made=$(mktemp -d "$1/.unfinished-$now-XXXX")
trap 'rm -rf "$made"' EXIT

# Rows are counted in the snapshot that is dumped. The pictures come last: one that is stored meanwhile is a file too many,
# which harms nobody, and the other way round a picture would be missing.
MADE=$made URL=$url psql_of "$url" <<'SQL'
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT pg_export_snapshot() AS snapshot \gset
\setenv SNAPSHOT :snapshot
\! pg_dump --dbname="$URL" --snapshot="$SNAPSHOT" --format=custom --file="$MADE/easel.dump" && touch "$MADE/.dumped"
\cd `echo "$MADE"`
\o rows
SELECT format('SELECT %L, count(*) FROM %I', relname, relname) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname COLLATE "C" \gexec
\o .stored
SELECT owner_id || '/' || id FROM generations WHERE stored_at IS NOT NULL AND deleted_at IS NULL;
COMMIT;
SQL
rm "$made/.dumped" 2>/dev/null || fail "pg_dump has failed: there is no back-up"
rows_in_dump "$made/easel.dump" | diff "$made/rows" - || fail "the dump does not have the rows of the database"

if [ -d "$pictures" ]; then
    link=()
    [ -z "$before" ] || link=(--link-dest="$(realpath "$before")/pictures")
    # 24: a picture was deleted while it was copied. What should be there is looked for below.
    rsync --archive "${link[@]}" "$pictures/" "$made/pictures/" || [ $? = 24 ] || fail "the pictures are not copied"
    absent=$(while read -r key; do
        [ -f "$made/pictures/$key" ] && [ -f "$made/pictures/$key.thumb" ] || echo "$key"
    done <"$made/.stored")
    # Somebody may have deleted a picture since the dump.
    [ -z "$absent" ] || absent=$(still_stored "$url" <<<"$absent")
    [ -z "$absent" ] || fail "of these pictures there is no file, or no thumbnail: $absent"
    # Easel refuses pictures that do not have the id that its database knows.
    ! grep -q '^picture_store|1$' "$made/rows" || [ -f "$made/pictures/easel-store-id.txt" ] ||
        fail "the pictures lack easel-store-id.txt"
fi

stored=$(wc -l <"$made/.stored")
rm "$made/.stored"
mv "$made" "$1/$now"
trap - EXIT
echo "easel: $1/$now has $(awk -F'|' '{n += $2} END {print n}' "$1/$now/rows") rows and$([ -d "$pictures" ] || echo " not") \
the files of $stored pictures"
