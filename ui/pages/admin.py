"""`/admin`: what everybody has spent, who is there, and what was done; for administrators."""

from core.context import Context
from ui.access import Visitor, signed_in_page
from ui.components.administration import AuditLog, Month, People
from ui.components.elements import box
from ui.components.skeleton import card_skeleton
from ui.frame import frame

PATH = "/admin"
_HEADING = "Administration"


def register(ctx: Context) -> None:
    """Add the page."""

    @signed_in_page(ctx, PATH, title="Administration · Easel", for_admins=True)
    async def admin(visitor: Visitor) -> None:
        outline = card_skeleton(_HEADING, "")
        with (
            frame(ctx.settings, outline=outline, visitor=visitor, heading=_HEADING),
            box("div", "stack--wide"),
        ):
            Month()
            People()
            AuditLog()
