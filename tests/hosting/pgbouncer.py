"""A real PgBouncer in transaction mode, in front of the tests' database."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.support.database import TestDatabase
from tests.support.servers import free_port
from tests.support.waiting import wait_until

# Few, so that each of Easel's statements meets another server process than the one before.
_SERVER_PROCESSES = 4


@contextmanager
def pgbouncer(database: TestDatabase) -> Iterator[TestDatabase]:
    """The same database, reached by both roles through a PgBouncer that runs while the block does."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    assert program, "PgBouncer is missing (Debian: apt-get install pgbouncer)"
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="pgbouncer-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        socket_folder = _socket_folder(database)
        (folder / "users.txt").write_text('"easel_owner" ""\n"easel_app" ""\n')
        (folder / "pgbouncer.ini").write_text(
            f"""[databases]
* = host={socket_folder} port=5432
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder / "users.txt"}
pool_mode = transaction
default_pool_size = {_SERVER_PROCESSES}
max_client_conn = 1000
"""
        )
        # It refuses to be root, and the socket is the server's user's alone.
        user = Path(socket_folder).stat().st_uid if os.getuid() == 0 else None
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen([program, folder / "pgbouncer.ini"], user=user, stdout=log, stderr=log)
        try:
            wait_until(lambda: _listens(port))
            yield TestDatabase(_by(database.serving_url, port), _by(database.owning_url, port))
        finally:
            process.terminate()
            process.wait()


def _socket_folder(database: TestDatabase) -> str:
    [folder] = parse_qs(urlsplit(database.owning_url).query)["host"]
    return folder


def _by(url: str, port: int) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.username}@127.0.0.1:{port}{parts.path}"


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False
