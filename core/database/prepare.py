"""Everything about the database that must be right before the server serves."""

import logging
from types import TracebackType
from typing import Self

from core.database.embedded import OWNING_ROLE, SERVING_ROLE, EmbeddedDatabase
from core.database.migrate import migrate, role_of, unbound_role_problem
from core.errors import ConfigurationError
from core.settings import Settings

logger = logging.getLogger(__name__)


class PreparedDatabase:
    """A started and migrated database; as a context manager it gives the serving role's URL."""

    def __init__(self, settings: Settings) -> None:
        """Check, start and migrate. Raises `ConfigurationError` with every problem at once."""
        self._embedded: EmbeddedDatabase | None = None
        given_url = settings.database_url and settings.database_url.get_secret_value()
        problems = settings.missing_for_hosting()
        if given_url and settings.is_hosted:
            problems += filter(None, [unbound_role_problem(given_url)])
        if problems:
            raise ConfigurationError(problems)
        if given_url:
            self.url, owner_url = given_url, _owner_url(settings) or given_url
        else:
            self._embedded = EmbeddedDatabase(settings.data_dir)
            self.url = self._embedded.url(SERVING_ROLE)
            owner_url = self._embedded.url(OWNING_ROLE)
        try:
            if given_url and not settings.is_hosted:
                _warn_of_unbound_role(given_url)
            migrate(owner_url, role_of(self.url))
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        if self._embedded:
            self._embedded.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()


def _owner_url(settings: Settings) -> str | None:
    url = settings.migration_database_url
    return url.get_secret_value() if url else None


def _warn_of_unbound_role(url: str) -> None:
    problem = unbound_role_problem(url)
    if problem:
        logger.warning("%s", problem)
