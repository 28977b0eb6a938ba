"""Signing in anew, for what takes a recent sign-in: by the same person, whom the provider has asked again."""

from datetime import timedelta
from typing import NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from starlette.requests import Request

from core import services
from core.context import Context
from core.services import Person
from core.sign_in.cookies import provider_id_of, session_token
from core.sign_in.problems import NotVerified, SignInProblem
from core.sign_in.provider import SignInProvider


class WayIn(NamedTuple):
    """How somebody signs in anew: by which provider, and the address that begins it."""

    label: str | None
    """None for the demo user, whose sign-in is a POST."""
    address: str


def ways_in(ctx: Context, providers: dict[str, SignInProvider], request: Request, path: str) -> list[WayIn]:
    """Those of whoever asks, which lead back to `path`: by the provider that they came by, if it is known."""
    if ctx.settings.has_demo_sign_in:
        return [WayIn(None, f"/auth/demo?{urlencode({'next': path})}")]
    known = providers.get(provider_id_of(request, ctx.settings) or "")
    query = urlencode({"next": path, "prompt": "login"})
    return [
        WayIn(each.label, f"/auth/login/{quote(each.id)}?{query}")
        for each in ([known] if known else providers.values())
    ]


async def check_anew(
    ctx: Context, request: Request, person: Person, provider: SignInProvider
) -> Person | NotVerified:
    """The person who has come back and has signed in anew, or what keeps them from having done so.

    Raises `ServiceUnavailable`.
    """
    before = await services.get_login_session(ctx, session_token(request, ctx.settings))
    if before and before.owner_id != person.owner_id:
        return NotVerified("somebody else than the one who was to sign in again")
    if person.authenticated is None:
        if provider.has_to_tell_when:
            return NotVerified("the provider did not tell when it asked (no auth_time)")
        return person._replace(authenticated=timedelta(0))  # the way to it and back is all there is
    if person.authenticated > services.RECENT:
        return NotVerified("the provider did not ask again")
    return person


def path_with(problem: SignInProblem, path: str) -> str:
    """The page that they left, which tells what went wrong."""
    return urlsplit(path)._replace(query=urlencode({"error": problem.value})).geturl()
