"""Citus on this machine: a coordinator and two workers, which end with the block."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import DictRow, dict_row

from core.database.embedded import DATABASE_NAME, OWNING_ROLE, SERVING_ROLE
from core.database.migrate import migrate
from tests.support.database import TABLES, TestDatabase
from tests.support.servers import ROOT, clean_environment, free_port
from tests.support.waiting import wait_until

WORKERS = 2
_SETTINGS = {
    "shared_preload_libraries": "citus",
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "max_prepared_transactions": "200",
    "wal_level": "logical",  # for shards that are moved
    "fsync": "off",
}
_ROLES = f"CREATE ROLE {OWNING_ROLE} LOGIN; CREATE ROLE {SERVING_ROLE} LOGIN"


class DistributedDatabase(TestDatabase):
    """The same tables, which lie on several machines."""

    def _empty(self) -> None:
        """The quicker way of one machine fails here: "failure on connection marked as essential"."""
        self.run(f"TRUNCATE {', '.join(TABLES)} CASCADE")


class Cluster:
    """The machines by their ports, the coordinator first, and Easel's database on them."""

    def __init__(self, ports: list[int]) -> None:
        self.coordinator, *self.workers = ports
        urls = (_url(role, self.coordinator) for role in (SERVING_ROLE, OWNING_ROLE))
        self.database = DistributedDatabase(*urls)

    def run_at(self, port: int, statement: str, *parameters: object, role: str = "postgres") -> list[DictRow]:
        """SQL on one machine, past the coordinator unless it is its own port."""
        address = f"postgresql://{role}@127.0.0.1:{port}/{DATABASE_NAME}"
        shards_too = "-c citus.override_table_visibility=off"
        with psycopg.connect(
            address, row_factory=dict_row, autocommit=True, options=shards_too
        ) as connection:
            cursor = connection.execute(statement.encode(), parameters)
            return cursor.fetchall() if cursor.description else []

    def join(self) -> None:
        """Make one Citus of the machines, as docs/scaling.md says."""
        for port in (self.coordinator, *self.workers):
            self.run_at(port, "CREATE EXTENSION citus")
        self.run_at(self.coordinator, f"SELECT citus_set_coordinator_host('127.0.0.1', {self.coordinator})")
        for port in self.workers:
            self.run_at(self.coordinator, f"SELECT citus_add_node('127.0.0.1', {port})")

    def distribute(self, role: str = "postgres") -> "subprocess.CompletedProcess[str]":
        """What `deploy/distribute.sh` says and does."""
        return subprocess.run(
            [ROOT / "deploy" / "distribute.sh"],
            env=clean_environment(
                DISTRIBUTE_DATABASE_URL=f"postgresql://{role}@127.0.0.1:{self.coordinator}/{DATABASE_NAME}"
            ),
            capture_output=True,
            text=True,
            check=False,
        )


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Machines that know nothing of each other, and an empty database on each. Skips without Citus."""
    programs = _programs()
    ports = [free_port() for _ in range(1 + WORKERS)]
    with tempfile.TemporaryDirectory(prefix="citus-") as name, ExitStack() as running:
        folder = Path(name)
        folder.chmod(0o755)
        for port in ports:
            running.enter_context(_server(programs, folder / str(port), port))
        found = Cluster(ports)
        for port in ports:
            address = f"postgresql://postgres@127.0.0.1:{port}/postgres"
            with psycopg.connect(address, autocommit=True) as superuser:
                owner = ""
                if port == found.coordinator:
                    superuser.execute(_ROLES)
                    owner = f" OWNER {OWNING_ROLE}"
                superuser.execute(f"CREATE DATABASE {DATABASE_NAME}{owner}".encode())
        yield found


@contextmanager
def distributed_cluster() -> Iterator[Cluster]:
    """Machines with Easel's tables laid on them, without rows."""
    with cluster() as machines:
        migrate(machines.database.owning_url, SERVING_ROLE)
        machines.join()
        done = machines.distribute()
        assert done.returncode == 0, done.stderr
        yield machines


@contextmanager
def _server(programs: Path, folder: Path, port: int) -> Iterator[None]:
    # PostgreSQL refuses to be root.
    user = "postgres" if os.getuid() == 0 else None
    folder.mkdir(mode=0o700)
    if user:
        shutil.chown(folder, user)
    initdb = [
        str(programs / "initdb"),
        f"--pgdata={folder}",
        "--username=postgres",
        "--auth=trust",
        "--no-sync",
    ]
    subprocess.run(initdb, user=user, cwd="/", capture_output=True, check=True)
    options = [f"--{key}={value}" for key, value in {**_SETTINGS, "port": str(port)}.items()]
    with folder.with_suffix(".log").open("wb") as log:
        process = subprocess.Popen(
            [programs / "postgres", "-D", folder, *options],
            user=user,
            cwd="/",
            env=clean_environment(HOME=str(folder)),  # where libpq looks for certificates
            stdout=log,
            stderr=log,
        )
        try:
            wait_until(lambda: _is_up(port), 30)
            yield
        finally:
            process.send_signal(signal.SIGINT)  # "fast": connections end
            process.wait(timeout=60)


def _is_up(port: int) -> bool:
    try:
        psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres").close()
    except psycopg.OperationalError:
        return False
    return True


def _programs() -> Path:
    """Where PostgreSQL's own programs are, of a version that has Citus."""
    pg_config = shutil.which("pg_config")
    if pg_config is None:
        pytest.skip("pg_config is missing, which says where PostgreSQL and Citus are")
    folders = [
        Path(subprocess.run([pg_config, option], capture_output=True, text=True, check=True).stdout.strip())
        for option in ("--bindir", "--sharedir")
    ]
    if not (folders[1] / "extension" / "citus.control").exists():
        pytest.skip(f"Citus is not installed for the PostgreSQL of {pg_config}")
    return folders[0]


def _url(role: str, port: int) -> str:
    return f"postgresql+psycopg://{role}@127.0.0.1:{port}/{DATABASE_NAME}"
