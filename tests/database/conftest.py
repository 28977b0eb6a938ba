"""A plain connection of the serving role, and databases that no migration has seen."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from core.database.embedded import OWNING_ROLE
from tests.database.plain_sql import PlainConnection, connect
from tests.support.database import TestDatabase


@pytest.fixture
def serving(database: TestDatabase) -> Iterator[PlainConnection]:
    with database.connect_as_serving_role() as connection:
        yield connection


@pytest.fixture
def fresh(migrated: TestDatabase) -> Iterator[TestDatabase]:
    """An empty database of the owning role, on the server of the other tests."""
    name = f"fresh_{uuid4().hex}"
    with connect(migrated.superuser_url) as superuser:
        superuser.execute(f"CREATE DATABASE {name} OWNER {OWNING_ROLE}".encode())
        yield TestDatabase(_renamed(migrated.serving_url, name), _renamed(migrated.owning_url, name))
        superuser.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _renamed(url: str, name: str) -> str:
    return url.replace("@/easel?", f"@/{name}?")
