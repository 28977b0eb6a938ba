"""The audit log, to which the serving role may only add (migration 0011)."""

import logging
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.audit import Act
from core.logs import request_id, visitor_address

logger = logging.getLogger(__name__)

_MAX_ADDRESS = 100  # a proxy may pass on what a visitor has made up


async def note(session: AsyncSession, act: Act, *, actor: UUID | None, target: object = None) -> None:
    """Write down an act in the transaction that does it, with the request's id and the visitor's address.

    `actor` is the transaction's owner, or None for somebody of whom nothing is kept.
    """
    statement = text(
        "INSERT INTO audit_log (actor, act, target, request_id, address)"
        " VALUES (:actor, :act, :target, :request_id, :address)"
    )
    values = {
        "actor": actor,
        "act": act.value,
        "target": None if target is None else str(target),
        "request_id": request_id.get(),
        "address": (visitor_address.get() or "")[:_MAX_ADDRESS] or None,
    }
    await session.execute(statement, values)
    # The request's own line has the same id, and says how it ended.
    logger.info("%s by %s on %s", act, actor or "-", target or "-")
