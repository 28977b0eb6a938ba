"""Prepare the database before the server starts: check the settings, start it, migrate it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from core.database.connecting import role_of
from core.database.embedded import OWNING_ROLE, SERVING_ROLE, EmbeddedDatabase
from core.database.migrate import migrate
from core.errors import ConfigurationError, DatabaseAway
from core.limits import DatabaseLimits
from core.settings import Settings, missing_for_hosting

_UNBOUND_ROLE = (
    "DATABASE_URL: use a role without SUPERUSER and BYPASSRLS, so that row level security binds it"
)

logger = logging.getLogger(__name__)


class Urls(NamedTuple):
    """Of one database, by role."""

    owning: str
    serving: str


@contextmanager
def prepared_database(settings: Settings, limits: DatabaseLimits = DatabaseLimits()) -> Iterator[str]:
    """The serving role's URL of a started and migrated database, which runs until the block ends.

    Raises `ConfigurationError`, with all missing settings at once, and `DatabaseAway`.
    """
    serving_role = _check(settings, limits)
    with running(settings) as urls:
        migrate(urls.owning, serving_role, limits=limits)
        yield urls.serving


@contextmanager
def running(settings: Settings) -> Iterator[Urls]:
    """The URLs of the database in the settings, or of the embedded one, which is left at the block's end."""
    if settings.database_url:
        owning = settings.migration_database_url or settings.database_url
        yield Urls(owning.get_secret_value(), settings.database_url.get_secret_value())
        return
    embedded = EmbeddedDatabase(settings.data_dir)
    try:
        yield Urls(embedded.url(OWNING_ROLE), embedded.url(SERVING_ROLE))
    finally:
        embedded.stop()


def _check(settings: Settings, limits: DatabaseLimits) -> str:
    """The serving role's name. Raises `ConfigurationError` with a line for each missing setting."""
    problems = missing_for_hosting(settings)
    role_name = SERVING_ROLE
    if settings.database_url:
        patience = replace(limits, start_seconds=0) if problems else limits
        try:
            role_name, is_bound = role_of(settings.database_url.get_secret_value(), patience)
        except DatabaseAway as error:
            if problems:
                raise ConfigurationError(problems + error.problems) from None
            raise
        except ConfigurationError as error:
            raise ConfigurationError(problems + error.problems) from None
        if not is_bound and settings.is_hosted:
            problems.append(_UNBOUND_ROLE)
        elif not is_bound:
            logger.warning(_UNBOUND_ROLE)
    if problems:
        raise ConfigurationError(problems)
    return role_name
