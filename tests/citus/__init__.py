"""`deploy/distribute.sh` on a real Citus of three machines; skipped without it: see `make citus-test`."""
