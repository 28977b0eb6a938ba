#!/bin/sh
# The roles and the database, when compose.yaml starts PostgreSQL for the first time.
set -eu
psql --username=postgres --set=ON_ERROR_STOP=1 \
    --set=owner="$(cat /run/secrets/owner_password)" --set=serving="$(cat /run/secrets/serving_password)" <<'SQL'
CREATE ROLE easel_owner LOGIN PASSWORD :'owner';
CREATE ROLE easel_app LOGIN PASSWORD :'serving';
CREATE DATABASE easel OWNER easel_owner;
SQL
