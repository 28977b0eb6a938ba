"""Easel in the process of the test: its settings, the whole application, and HTTP clients of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from fastapi import FastAPI
from nicegui.testing.general import nicegui_reset_globals
from pydantic import SecretStr

from core.context import Context, create_context
from core.limits import Limits
from core.services import Upkeep
from core.settings import Settings
from core.sign_in.provider import SignInProvider
from core.sign_in.providers import create_providers
from main import create_app
from tests.support.database import TestDatabase
from tests.support.limits import FOR_TESTS

BASE_URL = "http://127.0.0.1:8080"


def make_settings(**changes: object) -> Settings:
    """Local settings with a provider token, and without rate limits; reads no environment."""
    defaults: dict[str, object] = {
        "reads_per_second": 0,
        "changes_per_second": 0,
        "sign_ins_per_second": 0,
        "replicate_api_token": SecretStr("r8_test_token"),
        "storage_secret": SecretStr("a secret for tests, 32 characters or more"),
    }
    return Settings.model_validate(defaults | changes)


@dataclass(frozen=True)
class Started:
    """The application, and the parts that it was made of."""

    app: FastAPI
    ctx: Context
    upkeep: Upkeep
    sign_in_providers: dict[str, SignInProvider]


@asynccontextmanager
async def quiet_context(
    settings: Settings, database: TestDatabase, limits: Limits = FOR_TESTS
) -> AsyncIterator[Context]:
    """The services alone: no pages, no API, no loop that runs by itself."""
    ctx = create_context(settings, database.serving_url, limits)
    try:
        yield ctx
    finally:
        await ctx.close()


@asynccontextmanager
async def started_app(
    settings: Settings, database: TestDatabase, limits: Limits = FOR_TESTS
) -> AsyncIterator[Started]:
    """`create_app`, with its lifespan and with NiceGUI's global state put back afterwards."""
    with nicegui_reset_globals():
        ctx = create_context(settings, database.serving_url, limits)
        upkeep, providers = Upkeep(ctx), create_providers(settings)
        app = create_app(ctx, upkeep=upkeep, sign_in_providers=providers)
        async with app.router.lifespan_context(app):
            yield Started(app, ctx, upkeep, providers)


def client_for(app: FastAPI) -> httpx.AsyncClient:
    """A client without a cookie."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=BASE_URL)
