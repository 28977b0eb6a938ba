"""Delete an account: all that a person has here, and every way in.

One transaction begins it: from then on nobody comes in as this person, and what was begun is finished, by
this process or by upkeep of another one. The totals of the ledger stay, without the person.
"""

import logging
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from core import points
from core.audit import Act
from core.callers import LoginToken
from core.context import Context
from core.errors import CancelNotConfirmed, EaselError, NotFound, SignInTooOld, ValidationFailed
from core.pictures.store import StoreUnavailable
from core.repositories import accounts, audit
from core.sentences import Sentence
from core.services.cancel import cancel_generation
from core.services.login_sessions import admitted_transaction, has_signed_in_recently
from core.services.pictures import delete_orphans, delete_pictures
from core.services.standing import find_running

CONFIRMATION = "delete my account"
_TYPE_IT = Sentence('Please type "{words}".', words=CONFIRMATION)
# A process that dies keeps its claim for so long.
_CLAIMED = timedelta(seconds=15)
# Longer than a request, which has proved who asks before the deletion began, takes to write a row.
_SETTLING = timedelta(seconds=60)
_BATCH = 50

logger = logging.getLogger(__name__)


async def delete_account(ctx: Context, *, owner_id: UUID, presented: LoginToken, confirmed: str) -> None:
    """Delete all that the owner has: rows, pictures, API tokens and login sessions.

    A running generation is canceled first. Should the store or the provider not answer, upkeep finishes it.
    Raises `ValidationFailed` unless `confirmed` is `CONFIRMATION`, `SignInTooOld` unless the login session
    that was `presented` is a recent one, `Unauthenticated` for somebody who has been blocked meanwhile, and
    `ServiceUnavailable`.
    """
    if " ".join(confirmed.casefold().split()) != CONFIRMATION:
        raise ValidationFailed(field_errors={"confirm": [_TYPE_IT]})
    if not await has_signed_in_recently(ctx, presented):
        raise SignInTooOld
    await _cancel_what_runs(ctx, owner_id)
    await ctx.background.finish(_delete(ctx, owner_id))


async def go_on_deleting(ctx: Context, owner_id: UUID) -> None:
    """Go on with a deletion that has begun, if it is not in other hands."""
    try:
        if await accounts.claim_deletion(ctx.database.statements, owner_id=owner_id, claimed=_CLAIMED):
            await ctx.background.finish(_remove_all(ctx, owner_id))
    except (EaselError, StoreUnavailable) as error:
        logger.warning("An account could not be deleted yet: %s", error)


async def _cancel_what_runs(ctx: Context, owner_id: UUID) -> None:
    if standing := await find_running(ctx, owner_id):
        with suppress(CancelNotConfirmed, NotFound):  # upkeep goes on asking for it
            await cancel_generation(ctx, id=standing.generation.id, owner_id=owner_id)


async def _delete(ctx: Context, owner_id: UUID) -> None:
    async with admitted_transaction(ctx, owner_id) as session:
        await audit.note(session, Act.ACCOUNT_DELETED, actor=owner_id)
        await accounts.begin_deletion(session, owner_id=owner_id, claimed=_CLAIMED)
    points.passing("delete account: begun")
    try:
        await _remove_all(ctx, owner_id)
    except (EaselError, StoreUnavailable) as error:
        logger.warning("An account could not be deleted at once: %s", error)


async def _remove_all(ctx: Context, owner_id: UUID) -> None:
    """Remove what has ended, and the person's name from the totals. May be repeated."""
    statements = ctx.database.statements
    while ids := await accounts.list_for_deletion(statements, owner_id=owner_id, limit=_BATCH):
        ctx.waiting.remove(ids)
        async with ctx.database.transaction(owner_id) as session:
            # The rows first, which stay locked: a picture that is being copied finds none when it comes.
            await accounts.remove_generations(session, owner_id=owner_id, ids=ids)
            await delete_pictures(ctx, owner_id, ids)
            points.passing("delete account: pictures removed")
        await accounts.claim_deletion(statements, owner_id=owner_id, claimed=_CLAIMED, is_renewed=True)
    remaining = await accounts.end_deletion(statements, owner_id=owner_id, settling=_SETTLING)
    if remaining == 0:
        await delete_orphans(ctx, owner_id)
