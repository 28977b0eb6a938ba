"""The provider with its files behind faults of their own, and an S3 server."""

from collections.abc import Iterator

import pytest

from tests.support.provider_with_files import Files, ProviderWithFiles, provider_with_files
from tests.support.s3_server import S3Server, s3_server


@pytest.fixture(scope="session")
def served_provider() -> Iterator[ProviderWithFiles]:
    with provider_with_files() as provider:
        yield provider


@pytest.fixture
def files(provider: ProviderWithFiles) -> Files:
    return provider.files


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    with s3_server() as server:
        yield server


@pytest.fixture
def bucket(s3: S3Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bucket whose credentials are in the environment."""
    for name, value in s3.environment().items():
        monkeypatch.setenv(name, value)
    return s3.create_bucket()
