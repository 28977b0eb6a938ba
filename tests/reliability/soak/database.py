"""A PostgreSQL of the soak's own, which is restarted under everyone's feet."""

import asyncio
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from core.database.embedded import OWNING_ROLE, SERVING_ROLE, EmbeddedDatabase
from core.database.migrate import migrate
from tests.reliability.soak.windows import Windows
from tests.support.database import TestDatabase


class RestartedDatabase(TestDatabase):
    """`away` is when it could not be reached, or not as before."""

    def __init__(self, embedded: EmbeddedDatabase) -> None:
        super().__init__(embedded.url(SERVING_ROLE), embedded.url(OWNING_ROLE))
        self.away = Windows()
        self._embedded = embedded

    async def restart(self, mode: Literal["fast", "immediate"]) -> None:
        """`fast` says goodbye to everyone; `immediate` is a crash, after which the log is replayed."""
        began = time.monotonic()
        await asyncio.to_thread(self._restart, mode)
        self.away.add(began, time.monotonic())

    def _restart(self, mode: str) -> None:
        server = self._embedded._server
        assert server
        folder: list[str | Path] = ["-D", server.pgdata, "-l", server.log]
        subprocess.run(
            [server.bin_path / "pg_ctl", "restart", "-w", "-m", mode, *folder],
            user=server.system_user,
            check=True,
            stdout=subprocess.DEVNULL,
        )
        server.ensure_postgres_running()  # it joins the new server, so that it can stop it in the end


@contextmanager
def restarted_database(folder: Path) -> Iterator[RestartedDatabase]:
    """A migrated database that is stopped in the end."""
    embedded = EmbeddedDatabase(folder)
    try:
        database = RestartedDatabase(embedded)
        migrate(database.owning_url, SERVING_ROLE)
        yield database
    finally:
        embedded.stop()
