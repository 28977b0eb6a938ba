"""Fixtures: identity providers on real sockets, and the application set up for them."""

import logging
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from oidc_provider_mock import User, run_server_in_thread

from core.settings import Settings
from tests.sign_in.flow import browser_of
from tests.sign_in.identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    IdentityProvider,
)
from tests.support.application import make_settings


@pytest.fixture(scope="session")
def honest_issuer() -> Iterator[str]:
    """The address of `oidc-provider-mock`, which knows Ada by name."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    ada = User(sub="ada", claims={"name": "Ada Lovelace", "email": "ada@lovelace.test"})
    with run_server_in_thread(require_nonce=True, user_claims=[ada]) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def identity_provider(served_identity: IdentityProvider) -> IdentityProvider:
    """Our own identity provider, which lies on demand; honest until a test says so."""
    served_identity.reset()
    return served_identity


@pytest.fixture
def settings(identity_provider: IdentityProvider, tmp_path: Path) -> Settings:
    return oidc_settings(identity_provider.url, data_dir=tmp_path)


def oidc_settings(issuer: str, **changes: object) -> Settings:
    """Settings for signing in at `issuer`, and for the demo provider of pictures, which starts fast."""
    oidc = {"oidc_issuer": issuer, "oidc_client_id": CLIENT_ID, "oidc_client_secret": CLIENT_SECRET}
    return make_settings(replicate_api_token=None, **(oidc | changes))


@pytest.fixture
async def browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which nobody is signed in."""
    async with browser_of(app) as client:
        yield client


@pytest.fixture
async def other_browser(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with browser_of(app) as client:
        yield client


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """An application that waits less than a second for an identity provider. Name it before `app`."""
    monkeypatch.setattr("core.sign_in.provider.TIMEOUT_SECONDS", 0.8)
