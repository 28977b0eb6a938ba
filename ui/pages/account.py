"""`/account`: what belongs to a person beside their pictures."""

from core.context import Context
from ui.access import Visitor, signed_in_page
from ui.components.account_data import AccountData
from ui.components.api_tokens import ApiTokens
from ui.components.elements import box
from ui.components.language_choice import LanguageChoice
from ui.components.sessions import Sessions
from ui.components.skeleton import card_skeleton
from ui.components.spending import Spending
from ui.frame import frame
from ui.words import gettext_noop, t

PATH = "/account"
_HEADING = gettext_noop("Your account")


def register(ctx: Context) -> None:
    """Add the page."""

    @signed_in_page(ctx, PATH, title=gettext_noop("Account · Easel"))
    async def account(visitor: Visitor) -> None:
        heading = t(_HEADING)
        outline = card_skeleton(heading, "")
        with (
            frame(ctx.settings, outline=outline, visitor=visitor, heading=heading),
            box("div", "stack--wide"),
        ):
            Spending(visitor.offer)
            Sessions()
            ApiTokens(public_url=ctx.settings.public_url)
            LanguageChoice()
            AccountData()
