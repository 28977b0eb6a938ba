"""Everything about the database that must be right before the server serves."""

import logging
from types import TracebackType
from typing import Self

from core.database.embedded import OWNING_ROLE, SERVING_ROLE, EmbeddedDatabase
from core.database.migrate import migrate, role_of
from core.errors import ConfigurationError
from core.settings import Settings, missing_for_hosting

_UNBOUND_ROLE = (
    "DATABASE_URL: use a role without SUPERUSER and BYPASSRLS, so that row level security binds it"
)

logger = logging.getLogger(__name__)


class PreparedDatabase:
    """A started and migrated database; as a context manager it gives the serving role's URL."""

    def __init__(self, settings: Settings) -> None:
        """Check, start and migrate. Raises `ConfigurationError` with every problem at once."""
        self._embedded: EmbeddedDatabase | None = None
        serving_role = _check(settings)
        if settings.database_url:
            owner_url = (settings.migration_database_url or settings.database_url).get_secret_value()
            self.url = settings.database_url.get_secret_value()
        else:
            self._embedded = EmbeddedDatabase(settings.data_dir)
            owner_url = self._embedded.url(OWNING_ROLE)
            self.url = self._embedded.url(SERVING_ROLE)
        try:
            migrate(owner_url, serving_role)
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


def _check(settings: Settings) -> str:
    """The serving role's name. Raises `ConfigurationError` with everything that a start lacks."""
    problems = missing_for_hosting(settings)
    role_name = SERVING_ROLE
    if settings.database_url:
        try:
            role_name, is_bound = role_of(settings.database_url.get_secret_value())
        except ConfigurationError as error:
            raise ConfigurationError(problems + error.problems) from None
        if not is_bound and settings.is_hosted:
            problems.append(_UNBOUND_ROLE)
        elif not is_bound:
            logger.warning(_UNBOUND_ROLE)
    if problems:
        raise ConfigurationError(problems)
    return role_name
