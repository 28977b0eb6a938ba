"""What open pages show: all pages of an owner in this process share one look at the database."""

from typing import NamedTuple
from uuid import UUID

from core.context import Context
from core.errors import Unauthenticated
from core.open_pages import OpenPage
from core.repositories import reads
from core.repositories.reads import OpenedPage, Shown, Standing
from core.services.login_sessions import hash_token


class PageLook(NamedTuple):
    """The owner's running generation, and the one on the page's stage, each None where there is none; and
    what is in everybody's way."""

    running: Standing | None
    on_stage: Standing | None
    is_paused: bool
    is_budget_spent: bool


async def find_page(ctx: Context, token: str | None) -> OpenedPage | None:
    """What a page shows first, by the token of its cookie, in one statement; None for a stranger's.

    Raises `ServiceUnavailable`.
    """
    return await reads.open_page(ctx.database.statements, token_hash=hash_token(token)) if token else None


def open_page(ctx: Context, *, owner_id: UUID, token: str) -> OpenPage:
    """Note that a page is open, until `close_page`."""
    page = OpenPage(owner_id, hash_token(token))
    ctx.open_pages.add(page)
    return page


def close_page(ctx: Context, page: OpenPage) -> None:
    """Forget a page."""
    ctx.open_pages.discard(page)


async def look_for_page(ctx: Context, page: OpenPage) -> PageLook:
    """What the rows have now of what the page shows; the provider is not asked.

    Raises `Unauthenticated` when the page's login session is over, and `ServiceUnavailable`.
    """
    shown = await _shared_look(ctx, page.owner_id)
    while _is_put_on_stage_meanwhile(ctx, page, shown):
        shown = await _shared_look(ctx, page.owner_id)
    if page.token_hash not in shown.live:
        raise Unauthenticated
    running = next((each for each in shown.standings.values() if each.generation.is_processing), None)
    on_stage = shown.standings.get(page.on_stage) if page.on_stage else None
    return PageLook(running, on_stage, shown.is_paused, shown.is_budget_spent)


def _is_put_on_stage_meanwhile(ctx: Context, page: OpenPage, shown: Shown) -> bool:
    """Whether the look does not know what is on the page's stage; one for a closed page never would."""
    is_open = page in ctx.open_pages.of(page.owner_id)
    return is_open and page.on_stage is not None and page.on_stage not in shown.asked


async def _shared_look(ctx: Context, owner_id: UUID) -> Shown:
    return await ctx.looks.get(owner_id, lambda: _look(ctx, owner_id))


async def _look(ctx: Context, owner_id: UUID) -> Shown:
    pages = ctx.open_pages.of(owner_id)
    return await reads.read_shown(
        ctx.database.statements,
        owner_id=owner_id,
        token_hashes={page.token_hash for page in pages},
        shown={page.on_stage for page in pages if page.on_stage},
        quality=ctx.settings.image_quality,
    )
