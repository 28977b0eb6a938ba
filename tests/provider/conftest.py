"""The boundary to the provider, talking over a real socket."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.limits import Limits
from core.provider.client import Provider
from core.provider.inputs import SUPPORTED_MODELS
from core.settings import Settings
from tests.support.application import make_settings
from tests.support.provider import EmulatedProvider

LIVE_TOKEN = os.environ.get("REPLICATE_LIVE_TEST_TOKEN", "")


@asynccontextmanager
async def connected(settings: Settings, limits: Limits = Limits()) -> AsyncIterator[Provider]:
    replicate = Provider(settings, limits=limits.provider)
    try:
        yield replicate
    finally:
        await replicate.close()


@pytest.fixture
async def replicate(settings: Settings, limits: Limits) -> AsyncIterator[Provider]:
    async with connected(settings, limits) as provider:
        yield provider


@pytest.fixture(params=["emulator", "live"] if LIVE_TOKEN else ["emulator"])
def contract_settings(
    request: pytest.FixtureRequest, settings: Settings, provider: EmulatedProvider
) -> Settings:
    """Settings of an account that knows its token and its models: the emulator's, or Replicate's own."""
    if request.param == "live":
        return make_settings(replicate_api_token=SecretStr(LIVE_TOKEN), image_quality="low")
    provider.emulator.fault = _refuse_strangers
    return settings


@pytest.fixture
async def contract_provider(contract_settings: Settings) -> AsyncIterator[Provider]:
    async with connected(contract_settings) as provider:
        yield provider


async def _refuse_strangers(request: Request) -> Response | None:
    if request.headers.get("authorization") != "Bearer r8_test_token":
        return JSONResponse({"title": "Unauthenticated", "status": 401}, 401)
    model = "/".join(request.path_params.get(part, "") for part in ("owner", "name"))
    if model not in {*SUPPORTED_MODELS, "/"}:
        return JSONResponse({"title": "Not found", "status": 404}, 404)
    return None
