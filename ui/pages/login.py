"""`/login`: what Easel makes, the ways to sign in, and the reason why the last attempt failed."""

from urllib.parse import quote, urlencode

from nicegui import ui
from starlette.requests import Request
from starlette.responses import RedirectResponse

from core.context import Context
from core.sign_in.problems import sentence_for
from core.sign_in.provider import SignInProvider
from core.sign_in.return_path import safe_return_path
from ui.access import RESPONSE_SECONDS, visiting_session
from ui.components.elements import Text, box, link
from ui.components.samples import Samples, samples_skeleton
from ui.components.skeleton import card_skeleton
from ui.frame import frame
from ui.unseen_pages import make_room
from ui.words import gettext_noop, t, translated

_TITLE = gettext_noop("Sign in · Easel")
_HEADING = gettext_noop("Sign in to Easel")
_LEAD = gettext_noop("Describe a picture in words, and Easel makes it for you.")
_DEMO_REMARK = gettext_noop(
    "No sign-in provider is set up, so everyone on this computer is the same demo user."
)


def register(ctx: Context, providers: dict[str, SignInProvider]) -> None:
    """Add the page."""

    @ui.page("/login", title=_TITLE, response_timeout=RESPONSE_SECONDS)
    async def login(
        request: Request,
        next: str | None = None,
        error: str | None = None,
        signed_out: str | None = None,
    ) -> RedirectResponse | None:
        make_room(request)
        path = safe_return_path(next)
        if await visiting_session(ctx, request):
            return RedirectResponse(path, status_code=303)
        ui.page_title(t(_TITLE))
        found = sentence_for(error)
        problem = translated(found) if found else None
        has_demo = ctx.settings.has_demo_sign_in
        left = providers.get(signed_out or "")
        remark = _remark(has_demo=has_demo, left=left)
        outline = _outline(problem or "", buttons=len(providers) + has_demo, remark=remark)
        with frame(ctx.settings, outline=outline), box("div", "welcome"):
            Samples()
            with box("section", "card stack"):
                Text("h1", t(_HEADING))
                Text("p", t(_LEAD), classes="lead")
                if problem:
                    Text("p", problem, classes="problem").props('role="alert"')
                for provider in providers.values():
                    target = f"/auth/login/{quote(provider.id)}?{urlencode({'next': path})}"
                    name = t("Continue with {provider}", provider=provider.label)
                    link(name, target, "button button--primary button--wide")
                if has_demo:
                    _demo_form(path)
                if left:
                    with box("p", "small"):
                        link(remark, f"/auth/logout/{quote(left.id)}", "")
        return None


def _remark(*, has_demo: bool, left: SignInProvider | None) -> str:
    """`left` is the provider by which somebody has just signed out of Easel."""
    if has_demo:
        return t(_DEMO_REMARK)
    return t("Sign out at {provider} too", provider=left.label) if left else ""


def _outline(problem: str, *, buttons: int, remark: str) -> str:
    card = card_skeleton(t(_HEADING), t(_LEAD), problem=problem, buttons=buttons, remark=remark)
    return f'<div class="welcome">{samples_skeleton()}{card}</div>'


def _demo_form(path: str) -> None:
    with box("form").props('method="post"') as form:
        form.props["action"] = f"/auth/demo?{urlencode({'next': path})}"
        with box("button", "button button--primary button--wide").props('type="submit"'):
            Text("span", t("Continue as demo user"))
    Text("p", t(_DEMO_REMARK), classes="small")
