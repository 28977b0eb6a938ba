"""`/`, which leads to the right page, and `/dashboard`, a plain home page."""

from nicegui import ui
from starlette.requests import Request
from starlette.responses import RedirectResponse

from core.context import Context
from core.sign_in.return_path import DEFAULT_PATH
from ui.access import RESPONSE_SECONDS, Visitor, signed_in_page, visiting_session
from ui.components.elements import Text, box, link
from ui.components.skeleton import card_skeleton
from ui.frame import frame
from ui.unseen_pages import make_room
from ui.words import gettext_noop, t

_LEAD = gettext_noop("Describe what you would like to see, and watch it being made.")


def register(ctx: Context) -> None:
    """Add both pages."""

    @ui.page("/", title="Easel", response_timeout=RESPONSE_SECONDS)
    async def home(request: Request) -> RedirectResponse:
        make_room(request)
        login_session = await visiting_session(ctx, request)
        return RedirectResponse(DEFAULT_PATH if login_session else "/login", status_code=303)

    @signed_in_page(ctx, "/dashboard", title=gettext_noop("Dashboard · Easel"))
    async def dashboard(visitor: Visitor) -> None:
        heading, lead = t("Welcome, {name}", name=visitor.name), t(_LEAD)
        with (
            frame(ctx.settings, outline=card_skeleton(heading, lead), visitor=visitor),
            box("section", "card stack"),
        ):
            Text("h1", heading)
            Text("p", lead, classes="lead")
            with box("div"):
                link(t("Make a picture"), DEFAULT_PATH, "button button--primary", icon_name="brush")
