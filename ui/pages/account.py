"""`/account`: what belongs to a person beside their pictures."""

from core.context import Context
from ui.access import Visitor, signed_in_page
from ui.components.api_tokens import ApiTokens
from ui.components.skeleton import card_skeleton
from ui.frame import frame

PATH = "/account"
_HEADING = "Your account"


def register(ctx: Context) -> None:
    """Add the page."""

    @signed_in_page(ctx, PATH, title="Account · Easel")
    async def account(visitor: Visitor) -> None:
        outline = card_skeleton(_HEADING, "")
        with frame(ctx.settings, outline=outline, person_name=visitor.name, heading=_HEADING):
            ApiTokens(public_url=ctx.settings.public_url)
