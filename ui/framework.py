"""NiceGUI's own application, without what costs every request and serves nobody here."""

import inspect
import logging
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from nicegui import app as nicegui_app
from nicegui import core as nicegui_core
from nicegui import ui
from nicegui.middlewares import RedirectWithPrefixMiddleware, SetCacheControlMiddleware
from nicegui.version import __version__
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_FILES = f"/_nicegui/{__version__}/"
_CHANGING = f"{_FILES}dynamic_resources/"
_PREFIX = b"x-forwarded-prefix"
# Each of them handles a request in a task of its own: together a third of what a plain page costs. The first
# is for a site below a prefix, which Easel never is; ours does what the second does.
_COSTLY: frozenset[object] = frozenset({RedirectWithPrefixMiddleware, SetCacheControlMiddleware})


logger = logging.getLogger(__name__)

# Those of NiceGUI that pages have and that have a file of their own.
_ELEMENTS = ("timer",)
# NiceGUI keeps a store for each tab, closed or not, for 30 days. Easel puts nothing into it.
_TAB_STORAGE_SECONDS = 60.0
# They log what a visitor sends, line breaks too, each also by a handler of its own beside ours.
_LOGGERS_OF_SOCKETS = ("engineio.server", "socketio.server")


def lighten_framework() -> None:
    """Replace NiceGUI's costly middleware; after `ui.run_with`, which adds it. Closed tabs leave nothing."""
    nicegui_app.storage.max_tab_storage_age = _TAB_STORAGE_SECONDS
    kept = [each for each in nicegui_app.user_middleware if each.cls not in _COSTLY]
    nicegui_app.user_middleware[:] = kept
    nicegui_app.add_middleware(_CacheControlMiddleware)
    nicegui_app.add_middleware(_PrefixMiddleware)


def load_elements() -> None:
    """Serve the files of all elements from the start: a page may have been built by another process.

    NiceGUI knows those of an element only after its first use.
    """
    for name in _ELEMENTS:
        getattr(ui, name)


def leave_language_to_us() -> None:
    """Have Quasar not set the language and the direction of a page, which is in the page's HTML; none of its
    own words are shown. After `ui.run_with`, which sets its options."""
    nicegui_app.config.quasar_config["lang"] = {"noHtmlAttrs": True}


def leave_origins_to_us() -> None:
    """Have sockets not invite the pages of all sites: `CrossSiteMiddleware` lets in ours alone."""
    nicegui_core.sio.eio.cors_allowed_origins = []  # none is checked, none is told


def leave_log_to_us() -> None:
    """Have nobody who opens a page, the login page for one, write lines of their own into our log, nor
    tracebacks by messages that no page sends."""
    for name in _LOGGERS_OF_SOCKETS:
        talkative = logging.getLogger(name)
        talkative.handlers.clear()
        talkative.setLevel(logging.CRITICAL)
    sio = nicegui_core.sio
    handlers = sio.handlers["/"]
    handlers.pop("log", None)
    for name in ("handshake", "event", "javascript_response", "ack"):
        handlers[name] = _tolerant(handlers[name])
    sio.eio.handlers["message"] = _tolerant(sio.eio.handlers["message"])


def _tolerant(handle: Callable[..., Any]) -> Callable[..., Awaitable[Any]]:
    """Errors of our own handlers do not come here: NiceGUI logs those where it calls them."""
    if hasattr(handle, "__wrapped__"):
        return handle  # of an earlier application of this process

    @wraps(handle)
    async def tolerant(*args: object) -> Any:
        try:
            answer = handle(*args)
            return await answer if inspect.isawaitable(answer) else answer
        except Exception as error:  # noqa: BLE001  (whatever a browser sends)
            logger.debug("A message that no page sends: %s", type(error).__name__)
            return None

    return tolerant


class _PrefixMiddleware:
    """Drops what NiceGUI would put before every address of a page, whoever has sent it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["headers"] = [each for each in scope["headers"] if each[0] != _PREFIX]
        await self.app(scope, receive, send)


class _CacheControlMiddleware:
    """Lets browsers keep NiceGUI's files: their addresses change with its version."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_file = scope["type"] == "http" and _is_kept(scope["path"])
        await self.app(scope, receive, _send_kept(send) if is_file else send)


def _is_kept(path: str) -> bool:
    return path.startswith(_FILES) and not path.startswith(_CHANGING)


def _send_kept(send: Send) -> Send:
    async def send_kept(message: Message) -> None:
        if message["type"] == "http.response.start":
            directives = nicegui_app.config.cache_control_directives
            MutableHeaders(scope=message)["Cache-Control"] = directives
        await send(message)

    return send_kept
