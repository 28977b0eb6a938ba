"""The person who looks at a page, checked before each act, because a page stays open after signing out."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode
from uuid import UUID

from nicegui import context, ui
from starlette.requests import Request
from starlette.responses import RedirectResponse

from core import services
from core.callers import note_asker
from core.context import Context
from core.errors import NotFound
from core.rate_limits import Policy
from core.services import LoginSession, LoginToken, OpenedPage, OpenPage
from core.sign_in.cookies import session_token
from core.sign_in.problems import SignInProblem
from ui.unseen_pages import make_room
from ui.words import t

RESPONSE_SECONDS = 10.0
"""Time for a page to be built: more than the wait for a connection to the database."""


class SignedOut(Exception):
    """The login session of an open page has ended."""


class Visitor:
    """The person for whom a page was built."""

    def __init__(self, ctx: Context, token: str, opened: OpenedPage) -> None:
        self._ctx = ctx
        self._token = token
        self.name = opened.name
        self.is_admin = opened.is_admin
        self.opened_by = opened.owner_id
        """The owner's id when the page was built; a later act has to ask `owner_id`."""
        self.has_made = opened.has_made
        """Whether they have made anything before."""
        self.running = opened.running
        """The generation of theirs that ran when the page was built."""
        self.offer = services.offer_of(ctx, opened.limits)
        """What another picture meant for them then."""

    def keep_page(self) -> OpenPage:
        """Note that the page is open, until its client is deleted; what it shows is then looked up."""
        page = services.open_page(self._ctx, owner_id=self.opened_by, token=self._token)
        context.client.on_delete(lambda: services.close_page(self._ctx, page))
        return page

    async def owner_id(self) -> UUID:
        """The owner's id, if still signed in. Raises `SignedOut` and `ServiceUnavailable`."""
        login_session = await services.get_login_session(self._ctx, self._token)
        if login_session is None:
            raise SignedOut
        return login_session.owner_id

    async def has_signed_in_recently(self) -> bool:
        """Whether they may do what cannot be undone. Raises `Unauthenticated` and `ServiceUnavailable`."""
        return await services.has_signed_in_recently(self._ctx, LoginToken.of(self._token))


Page = Callable[[Visitor], Awaitable[None]]


def signed_in_page(
    ctx: Context, path: str, *, title: str, for_admins: bool = False
) -> Callable[[Page], None]:
    """A decorator that registers a page for signed-in people; others are sent to the login page first.

    `title` is a message for `t`. One that is `for_admins` is not there for other people.
    """

    def register(build: Page) -> None:
        @ui.page(path, title=title, response_timeout=RESPONSE_SECONDS)
        async def page(request: Request) -> RedirectResponse | None:
            token = session_token(request, ctx.settings)
            opened = await services.find_page(ctx, token)
            make_room(request, opened and opened.owner_id)
            if token is None or opened is None:  # and has been counted as a stranger's
                return RedirectResponse(login_path(path), status_code=303)
            note_asker(request.scope, opened.owner_id)
            ctx.rate_limits.learn_owner(LoginToken.of(token).hash, opened.owner_id)
            ctx.rate_limits.hit(Policy.READS, opened.owner_id)
            if for_admins and not opened.is_admin:
                raise NotFound
            ui.page_title(t(title))
            await build(Visitor(ctx, token, opened))
            return None

    return register


async def visiting_session(ctx: Context, request: Request) -> LoginSession | None:
    """The login session of somebody who asks for a page that strangers may see, too."""
    found = await services.get_login_session(ctx, session_token(request, ctx.settings))
    if found:
        ctx.rate_limits.learn_owner(found.token_hash, found.owner_id)
    return found


def login_path(next_path: str, *, has_ended: bool = False) -> str:
    """The address of the login page that leads to `next_path` after signing in.

    It says why to somebody whose sign-in `has_ended` while they looked.
    """
    reason = {"error": SignInProblem.ENDED.value} if has_ended else {}
    return f"/login?{urlencode({'next': next_path} | reason)}"
