"""A plain connection of the serving role."""

from collections.abc import Iterator

import pytest

from tests.database.plain_sql import PlainConnection
from tests.support.database import TestDatabase


@pytest.fixture
def serving(database: TestDatabase) -> Iterator[PlainConnection]:
    with database.connect_as_serving_role() as connection:
        yield connection
