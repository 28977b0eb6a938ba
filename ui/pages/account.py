"""`/account`: what belongs to a person beside their pictures."""

from core.context import Context
from ui.access import Visitor, signed_in_page
from ui.components.account_data import AccountData
from ui.components.api_tokens import ApiTokens
from ui.components.elements import box
from ui.components.sessions import Sessions
from ui.components.skeleton import card_skeleton
from ui.components.spending import Spending
from ui.frame import frame

PATH = "/account"
_HEADING = "Your account"


def register(ctx: Context) -> None:
    """Add the page."""

    @signed_in_page(ctx, PATH, title="Account · Easel")
    async def account(visitor: Visitor) -> None:
        outline = card_skeleton(_HEADING, "")
        with (
            frame(ctx.settings, outline=outline, visitor=visitor, heading=_HEADING),
            box("div", "stack--wide"),
        ):
            Spending(visitor.offer)
            Sessions()
            ApiTokens(public_url=ctx.settings.public_url)
            AccountData()
