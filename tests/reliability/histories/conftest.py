"""The provider whose pictures are at its own address."""

from collections.abc import Iterator

import pytest

from tests.support.provider_with_files import ProviderWithFiles, provider_with_files


@pytest.fixture(scope="session")
def served_provider() -> Iterator[ProviderWithFiles]:
    with provider_with_files() as provider:
        yield provider
