"""Put the screens into the application."""

from fastapi import FastAPI
from nicegui import Client, ui
from nicegui import app as nicegui_app
from nicegui import core as nicegui_core
from nicegui.language import Language
from starlette.types import Scope

from core.context import Context
from core.sign_in.provider import SignInProvider
from ui.assets import STATIC_DIR, mount_assets
from ui.closed_pages import collect_closed_pages
from ui.content_security_policy import send_policy_of_each_page
from ui.error_page import answer_page_errors
from ui.framework import (
    leave_language_to_us,
    leave_log_to_us,
    leave_origins_to_us,
    lighten_framework,
    load_elements,
)
from ui.page_template import use_own_template
from ui.pages import account, admin, dashboard, generate, login, theme

_LANGUAGE: Language = "en-US"


def mount_ui(app: FastAPI, ctx: Context, providers: dict[str, SignInProvider]) -> None:
    """Register the pages and mount NiceGUI below the application's own routes."""
    login.register(ctx, providers)
    dashboard.register(ctx)
    generate.register(ctx)
    account.register(ctx, providers)
    admin.register(ctx)
    theme.register(ctx)
    mount_assets(app)
    answer_page_errors()
    use_own_template()
    ui.run_with(
        app,
        title="Easel",
        language=_LANGUAGE,
        favicon=STATIC_DIR / "favicon.svg",
        tailwind=False,
        show_welcome_message=False,
        # Seconds: enough for a phone that changes networks; after that the page reloads by itself.
        reconnect_timeout=20.0,
    )
    # A page lives in the process that built it: a proxy sends its socket there by this part of the address.
    nicegui_app.config.socket_io_js_query_params = {"process": ctx.settings.process_name}
    leave_language_to_us()
    leave_origins_to_us()
    leave_log_to_us()
    lighten_framework()
    load_elements()
    send_policy_of_each_page()
    collect_closed_pages()


def forget_page(scope: Scope) -> None:
    """Delete the NiceGUI page that was built for a request, which would otherwise be kept for a minute."""
    if "nicegui_page_path" not in scope:
        return
    for page in [each for each in Client.instances.values() if each.request.scope is scope]:
        page.delete()


async def say_goodbye() -> None:
    """Tell the pages that poll instead of using a web socket to connect again, to another process."""
    for each in list(nicegui_core.sio.eio.sockets.values()):
        if not each.upgraded:
            await each.close(wait=False)
