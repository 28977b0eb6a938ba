"""`/admin`: what everybody has spent, who is there, and what was done; for administrators."""

from core.context import Context
from ui.access import Visitor, signed_in_page
from ui.components.administration import AuditLog, Month, People
from ui.components.elements import box
from ui.components.skeleton import card_skeleton
from ui.frame import frame
from ui.words import gettext_noop, t

PATH = "/admin"
_HEADING = gettext_noop("Administration")


def register(ctx: Context) -> None:
    """Add the page."""

    @signed_in_page(ctx, PATH, title=gettext_noop("Administration · Easel"), for_admins=True)
    async def admin(visitor: Visitor) -> None:
        heading = t(_HEADING)
        outline = card_skeleton(heading, "")
        with (
            frame(ctx.settings, outline=outline, visitor=visitor, heading=heading),
            box("div", "stack--wide"),
        ):
            Month()
            People()
            AuditLog()
