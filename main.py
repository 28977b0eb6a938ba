"""Start Easel: settings, database, application, server."""

import gc
import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from core import VERSION
from core.api import health, metrics
from core.api.app import create_api
from core.context import Context, create_context
from core.database.compatibility import newest_revision
from core.database.downgrade import run_downgrade
from core.database.known_store import claim_store
from core.database.prepare import prepared_database
from core.errors import ConfigurationError, DatabaseAway, MethodNotAllowed, NotFound
from core.limits import Limits
from core.logs import set_up_logging
from core.middleware import (
    BodyLimitMiddleware,
    CrossSiteMiddleware,
    ErrorBoundaryMiddleware,
    HeadMiddleware,
    RequestIdMiddleware,
    SecurityHeadersMiddleware,
    SignInSessionMiddleware,
    StrangerLimitMiddleware,
    security_headers,
)
from core.server import listen, serve
from core.services import Upkeep, watch_installation
from core.settings import Settings, described
from core.sign_in import routes as sign_in
from core.sign_in.cookies import cookie_name, sign_in_cookie_name
from core.sign_in.provider import SignInProvider
from core.sign_in.providers import create_providers
from core.signals import end_cleanly_on_signals, end_if_told, holding_signals, ignore_signals
from ui.error_page import error_page
from ui.mount import forget_page, mount_ui, say_goodbye

_SIGN_IN_COOKIE_SECONDS = 600

logger = logging.getLogger("easel")


def main(limits: Limits = Limits()) -> int:
    """Run until stopped, or do what the command line asks for.

    The exit status is 2 when Easel is not set up to run, 75 when it may be later.
    """
    end_cleanly_on_signals()
    try:
        settings = Settings.load()
        set_up_logging(settings.secret_values, settings.log_format)
        if arguments := sys.argv[1:]:
            return run_downgrade(settings, arguments, limits.database)
        with prepared_database(settings, limits.database) as database_url:
            settings = settings.with_storage_secret()
            ctx = create_context(settings, database_url, limits)
            ctx.pictures.try_out()
            ctx.pictures.check_id(lambda own, write: claim_store(database_url, own, write, limits.database))
            _run(ctx)
    except ConfigurationError as error:
        for problem in error.problems:
            sys.stderr.write(f"easel: {problem}\n")
        return os.EX_TEMPFAIL if isinstance(error, DatabaseAway) else 2
    except KeyboardInterrupt:
        return 130
    return 0


def create_app(ctx: Context, *, upkeep: Upkeep, sign_in_providers: dict[str, SignInProvider]) -> FastAPI:
    """The whole application on a migrated database: sign-in, API, health and screens.

    Its lifespan starts and stops `upkeep`, and closes `ctx`.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        upkeep.start()
        ctx.background.start_endless(ctx.news.listen())
        ctx.background.start_endless(watch_installation(ctx))
        yield
        upkeep.stop()
        await ctx.close()

    app = FastAPI(
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        exception_handlers={404: _refuse_unknown_path, 405: _refuse_method},
    )
    app.mount("/api", create_api(ctx))
    app.include_router(health.create_router(ctx, upkeep))
    app.include_router(metrics.create_router(ctx, upkeep))
    app.include_router(sign_in.create_router(ctx, sign_in_providers))
    if ctx.demo_pictures:
        app.router.routes.extend(ctx.demo_pictures.routes)
    mount_ui(app, ctx, sign_in_providers)
    _add_middleware(app, ctx)
    return app


async def _refuse_unknown_path(_request: Request, _error: Exception) -> Response:
    """For a path that no mount takes: their patterns stop at a line break."""
    raise NotFound


async def _refuse_method(_request: Request, error: HTTPException) -> Response:
    """Of files: routes that we have written answer other methods themselves."""
    raise MethodNotAllowed((error.headers or {})["Allow"])


def _add_middleware(app: FastAPI, ctx: Context) -> None:
    """The last one added is the first that a request meets."""
    settings, limits = ctx.settings, ctx.limits
    previous = settings.storage_secret_previous
    assert settings.storage_secret is not None  # noqa: S101  (`with_storage_secret` has run)
    app.add_middleware(
        SignInSessionMiddleware,
        secret_key=settings.storage_secret.get_secret_value(),
        previous_key=previous.get_secret_value() if previous else None,
        session_cookie=sign_in_cookie_name(settings),
        path="/",  # or no browser takes the name's prefix
        max_age=_SIGN_IN_COOKIE_SECONDS,
        https_only=settings.is_https,
    )
    app.add_middleware(BodyLimitMiddleware, limits=limits.bodies, error_page=error_page)
    app.add_middleware(CrossSiteMiddleware, allowed_origins=settings.allowed_origins, error_page=error_page)
    app.add_middleware(ErrorBoundaryMiddleware, error_page=error_page)
    app.add_middleware(
        StrangerLimitMiddleware,
        limits=ctx.rate_limits,
        session_cookie=cookie_name(settings),
        error_page=error_page,
    )
    app.add_middleware(HeadMiddleware, forget=forget_page)
    app.add_middleware(SecurityHeadersMiddleware, headers=security_headers(is_https=settings.is_https))
    app.add_middleware(RequestIdMiddleware, metrics=ctx.metrics)


def _run(ctx: Context) -> None:
    settings = ctx.settings
    app = create_app(ctx, upkeep=Upkeep(ctx), sign_in_providers=create_providers(settings))
    _collect_garbage_seldom()
    sockets = listen(settings.host, settings.port)
    listening = " and ".join("{} port {}".format(*each.getsockname()) for each in sockets)
    logger.info("Easel %s listens on %s with %s", VERSION, listening, described(settings))
    demo = " (demo)" if settings.is_demo else ""
    logger.info("Easel is at %s%s; its migration is %s", settings.public_url, demo, newest_revision())

    async def let_go() -> None:
        ctx.held.let_go()
        await say_goodbye()

    end_if_told()
    serve(
        app,
        sockets,
        say_goodbye=let_go,
        limits=ctx.limits.connections,
        trusted_proxies=settings.trusted_proxies,
        headers_of_refusals=security_headers(is_https=settings.is_https),
    )


def _collect_garbage_seldom() -> None:
    """Spare what a start has made, which is never garbage, and go through open pages less often.

    Half of what a page cost was garbage collection. A page is 700 objects: with Python's own thresholds all
    pages are gone through for each hundred new ones, with these for 350; what is closed waits in up to 40 MB.
    """
    with holding_signals():
        gc.collect()
    gc.freeze()
    gc.set_threshold(5000, 10, 5)


if __name__ == "__main__":
    try:
        sys.exit(main())
    finally:
        ignore_signals()
