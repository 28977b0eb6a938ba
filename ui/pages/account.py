"""`/account`: what belongs to a person beside their pictures."""

from nicegui import context

from core.context import Context
from core.sign_in.problems import sentence_for
from core.sign_in.provider import SignInProvider
from core.sign_in.step_up import ways_in
from ui.access import Visitor, signed_in_page
from ui.components.account_data import DELETION, AccountData
from ui.components.api_tokens import ApiTokens
from ui.components.elements import box
from ui.components.language_choice import LanguageChoice
from ui.components.sessions import Sessions
from ui.components.skeleton import card_skeleton
from ui.components.spending import Spending
from ui.frame import frame
from ui.words import gettext_noop, t, translated

PATH = "/account"
_HEADING = gettext_noop("Your account")


def register(ctx: Context, providers: dict[str, SignInProvider]) -> None:
    """Add the page."""

    @signed_in_page(ctx, PATH, title=gettext_noop("Account · Easel"))
    async def account(visitor: Visitor) -> None:
        heading = t(_HEADING)
        outline = card_skeleton(heading, "")
        request = context.client.request
        problem = sentence_for(request.query_params.get("error"))
        is_recent = await visitor.has_signed_in_recently()
        with (
            frame(ctx.settings, outline=outline, visitor=visitor, heading=heading),
            box("div", "stack--wide"),
        ):
            Spending(visitor.offer)
            Sessions()
            ApiTokens(public_url=ctx.settings.public_url)
            LanguageChoice()
            AccountData(
                is_recent=is_recent,
                ways_in=ways_in(ctx, providers, request, f"{PATH}#{DELETION}"),
                problem=translated(problem) if problem else "",
            )
