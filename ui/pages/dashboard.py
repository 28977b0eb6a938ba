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

_LEAD = "Describe what you would like to see, and watch it being made."


def register(ctx: Context) -> None:
    """Add both pages."""

    @ui.page("/", title="Easel", response_timeout=RESPONSE_SECONDS)
    async def home(request: Request) -> RedirectResponse:
        make_room(request)
        login_session = await visiting_session(ctx, request)
        return RedirectResponse(DEFAULT_PATH if login_session else "/login", status_code=303)

    @signed_in_page(ctx, "/dashboard", title="Dashboard · Easel")
    async def dashboard(visitor: Visitor) -> None:
        heading = f"Welcome, {visitor.name}"
        with (
            frame(ctx.settings, outline=card_skeleton(heading, _LEAD), visitor=visitor),
            box("section", "card stack"),
        ):
            Text("h1", heading)
            Text("p", _LEAD, classes="lead")
            with box("div"):
                link("Make a picture", DEFAULT_PATH, "button button--primary", icon_name="brush")
