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
from ui.words import translated

_HEADING = "Sign in to Easel"
_LEAD = "Describe a picture in words, and Easel makes it for you."
_DEMO_REMARK = "No sign-in provider is set up, so everyone on this computer is the same demo user."


def register(ctx: Context, providers: dict[str, SignInProvider]) -> None:
    """Add the page."""

    @ui.page("/login", title="Sign in · Easel", response_timeout=RESPONSE_SECONDS)
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
        found = sentence_for(error)
        problem = translated(found) if found else None
        has_demo = ctx.settings.has_demo_sign_in
        left = providers.get(signed_out or "")
        remark = _DEMO_REMARK if has_demo else f"Sign out at {left.label} too" if left else ""
        outline = _outline(problem or "", buttons=len(providers) + has_demo, remark=remark)
        with frame(ctx.settings, outline=outline), box("div", "welcome"):
            Samples()
            with box("section", "card stack"):
                Text("h1", _HEADING)
                Text("p", _LEAD, classes="lead")
                if problem:
                    Text("p", problem, classes="problem").props('role="alert"')
                for provider in providers.values():
                    target = f"/auth/login/{quote(provider.id)}?{urlencode({'next': path})}"
                    link(f"Continue with {provider.label}", target, "button button--primary button--wide")
                if has_demo:
                    _demo_form(path)
                if left:
                    with box("p", "small"):
                        link(remark, f"/auth/logout/{quote(left.id)}", "")
        return None


def _outline(problem: str, *, buttons: int, remark: str) -> str:
    card = card_skeleton(_HEADING, _LEAD, problem=problem, buttons=buttons, remark=remark)
    return f'<div class="welcome">{samples_skeleton()}{card}</div>'


def _demo_form(path: str) -> None:
    with box("form").props('method="post"') as form:
        form.props["action"] = f"/auth/demo?{urlencode({'next': path})}"
        with box("button", "button button--primary button--wide").props('type="submit"'):
            Text("span", "Continue as demo user")
    Text("p", _DEMO_REMARK, classes="small")
