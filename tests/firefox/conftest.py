"""Easel for Firefox."""

from collections.abc import Iterator

import pytest

from tests.support.database import TestDatabase
from tests.support.provider import EmulatedProvider
from tests.support.servers import EaselProcess, served_easel_on


@pytest.fixture(scope="package")
def served_easel(
    tmp_path_factory: pytest.TempPathFactory, migrated: TestDatabase, served_provider: EmulatedProvider
) -> Iterator[EaselProcess]:
    with served_easel_on(migrated, served_provider.url, tmp_path_factory.mktemp("served")) as process:
        yield process
