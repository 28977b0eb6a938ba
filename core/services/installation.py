"""What holds for everybody, where the database cannot tell of a change (behind a pooler): one look for all
open pages of a process."""

import asyncio
import logging

from core.context import Context
from core.database.news import EVERYBODY
from core.errors import EaselError
from core.repositories import ledger

PERIOD_SECONDS = 4.0

logger = logging.getLogger(__name__)


async def watch_installation(ctx: Context) -> None:
    """Look until cancelled, as long as nobody tells and somebody listens."""
    known = None
    while True:
        await asyncio.sleep(PERIOD_SECONDS)
        if ctx.news.is_live or not ctx.news.has_subscribers(EVERYBODY):
            known = None
            continue
        try:
            found = await ledger.read_installation(ctx.database.statements)
        except EaselError as error:
            logger.info("Whether Easel is paused could not be read: %s", error)
            continue
        if found != known:
            ctx.news.tell_everybody()
        known = found
