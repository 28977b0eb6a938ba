"""Adoption: find the prediction of a generation whose create got no answer, or prove that none exists."""

import logging
from datetime import timedelta

from core.charges import Charge
from core.context import Context
from core.ends import failed
from core.failures import FailureCode
from core.limits import ProviderLimits
from core.looks import Look
from core.models import Generation
from core.provider.client import ProviderUnavailable
from core.provider.inputs import keeps_marker
from core.provider.listing import Listed
from core.repositories import generations
from core.services.standing import find_standing

# Until then the create request may still be under way.
ORPHAN_AFTER_SECONDS = ProviderLimits.start_seconds + 5
# By then every prediction that the provider has accepted is in its list: a missing one was never accepted.
LISTED_AFTER_SECONDS = 90.0
# Replicate deletes a prediction's inputs after an hour; without them the prediction cannot be recognised.
FORGOTTEN_AFTER_SECONDS = 55 * 60.0
_CLOCKS_MAY_DIFFER_BY = timedelta(minutes=5)
_CLOCKS_OFTEN_DIFFER_BY = timedelta(seconds=5)
_NEVER_WAS = failed(FailureCode.PROVIDER_ERROR, Charge.NOT_CHARGED)

logger = logging.getLogger(__name__)


async def adopt(ctx: Context, generation: Generation, *, whole_list: bool) -> Look:
    """The generation with its `external_id` if its prediction was found; with an end if none ever existed.

    A caller with a person waiting searches one page of the provider's list; upkeep, the `whole_list`.
    Raises `ServiceUnavailable`.
    """
    standing = await find_standing(ctx, id=generation.id, owner_id=generation.owner_id)
    if standing is None or standing.age < ORPHAN_AFTER_SECONDS:
        return Look(generation)
    age = standing.age
    try:
        found = await ctx.provider.find_predictions(
            order=generation.order,
            marker=generation.marker,
            created_after=generation.created_at - _CLOCKS_MAY_DIFFER_BY,
            whole_list=whole_list,
        )
    except ProviderUnavailable as reason:
        logger.info("Generation %s: the provider's list gave no answer (%s)", generation.id, reason)
        return Look(generation)
    candidates = [one for one in found if _may_be_its_own(generation, one, age)]
    for candidate in candidates:
        adopted = await _take(ctx, generation, candidate.external_id)
        if adopted:
            return Look(adopted)
    is_proof = len(candidates) == len(found) and LISTED_AFTER_SECONDS <= age < FORGOTTEN_AFTER_SECONDS
    if not is_proof:
        return Look(generation)
    logger.warning("Generation %s never reached the provider", generation.id)
    return Look(generation, _NEVER_WAS)


def _may_be_its_own(generation: Generation, one: Listed, age: float) -> bool:
    """Whether `one` may be the generation's prediction, by its time where the model keeps no marker.

    The same prompt may belong to another generation: an older one, or one whose id is not saved yet.
    """
    if keeps_marker(generation.model):
        return True
    if one.created_at is None:
        return False
    earliest = generation.created_at - _CLOCKS_OFTEN_DIFFER_BY
    latest = generation.created_at + timedelta(seconds=age - ORPHAN_AFTER_SECONDS)
    return earliest <= one.created_at <= latest


async def _take(ctx: Context, generation: Generation, external_id: str) -> Generation | None:
    """The generation with that prediction saved; None when the prediction belongs to another generation."""
    async with ctx.database.transaction(generation.owner_id) as session:
        is_ours = await generations.save_external_id(
            session, id=generation.id, owner_id=generation.owner_id, external_id=external_id
        )
        if not is_ours:
            return None
        adopted = await generations.get_by_id(session, id=generation.id, owner_id=generation.owner_id)
    logger.warning("Generation %s adopts the prediction %s", generation.id, external_id)
    return adopted or generation
