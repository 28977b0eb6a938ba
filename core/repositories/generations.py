"""Reading and writing generations. Every query names the owner, as the policies do too."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from core.charges import Charge
from core.database.engine import violated_constraint
from core.ends import End
from core.errors import GenerationInFlight
from core.models import Generation, Phase, Status
from core.orders import Order

CANCEL_SECONDS = 5.0


async def create(
    session: AsyncSession, *, owner_id: UUID, order: Order, poll_in: float | None = None
) -> Generation:
    """Add a `processing` generation for the order, to be polled in `poll_in` seconds, and return it.

    Raises `GenerationInFlight` when another generation of the owner is in flight.
    """
    generation = Generation(owner_id=owner_id, **asdict(order))
    if poll_in:
        generation.next_poll_at = _from_now(poll_in)
    session.add(generation)
    try:
        await session.flush()
    except IntegrityError as error:
        if violated_constraint(error) == "generations_one_in_flight_per_owner":
            raise GenerationInFlight from None
        raise
    return generation


async def get_by_id(
    session: AsyncSession, *, id: UUID, owner_id: UUID, with_deleted: bool = False
) -> Generation | None:
    """The owner's generation with that id, or None; deleted generations only `with_deleted`."""
    query = select(Generation).where(*is_owners(id, owner_id))
    if not with_deleted:
        query = query.where(col(Generation.deleted_at).is_(None))
    return (await session.execute(query)).scalar_one_or_none()


async def find_active_by_owner_within_ttl(
    session: AsyncSession, *, owner_id: UUID, ttl: timedelta
) -> Generation | None:
    """The owner's generation that is in flight and not older than `ttl`, by the database's clock."""
    query = _unfinished(owner_id).where(col(Generation.created_at) > func.now() - ttl)
    return (await session.execute(query)).scalar_one_or_none()


async def find_overdue_by_owner(
    session: AsyncSession, *, owner_id: UUID, ttl: timedelta
) -> Generation | None:
    """The owner's generation that is in flight and older than `ttl`, by the database's clock."""
    query = _unfinished(owner_id).where(col(Generation.created_at) <= func.now() - ttl)
    return (await session.execute(query)).scalar_one_or_none()


async def create_late(session: AsyncSession, *, timed_out: Generation, url: str) -> None:
    """Add a succeeded generation for the picture at `url`, which arrived after `timed_out` had ended.

    The new generation has no charge: the charge belongs to `timed_out`.
    """
    await session.execute(
        insert(Generation).values(
            owner_id=timed_out.owner_id,
            **asdict(timed_out.order),
            status=Status.SUCCEEDED,
            result_url=url,
            finished_at=func.now(),
        )
    )


async def save_external_id(
    session: AsyncSession, *, id: UUID, owner_id: UUID, external_id: str, poll_in: float = 0.0
) -> bool:
    """Write down the prediction's id; its next poll makes sense in `poll_in` seconds.

    False when another generation has that prediction.
    """
    statement = text("SELECT save_prediction(:owner_id, :id, :external_id, :poll_in)")
    values = {"owner_id": owner_id, "id": id, "external_id": external_id, "poll_in": poll_in}
    return bool(await session.scalar(statement, values))


async def save_late_charge(session: AsyncSession, *, id: UUID, owner_id: UUID, charge: Charge | None) -> bool:
    """Write down a charge that was unknown at the end; None means that it stays unknown for good.

    False if this was written down before, or the generation has been deleted.
    """
    statement = (
        update(Generation)
        .where(
            *is_owners(id, owner_id),
            col(Generation.charge) == Charge.UNKNOWN,
            col(Generation.late_charge).is_(None),
            col(Generation.given_up_at).is_(None),
            col(Generation.deleted_at).is_(None),
        )
        .values(late_charge=charge, given_up_at=None if charge else func.now())
        .returning(col(Generation.id))
    )
    return (await session.execute(statement)).first() is not None


async def save_phase(session: AsyncSession, *, id: UUID, owner_id: UUID, phase: Phase) -> Generation | None:
    """Write down the phase of a generation. Returns the new row; None when it is no longer `processing`."""
    statement = (
        update(Generation)
        .where(*_is_processing(id, owner_id))
        .values(phase=phase)
        .returning(Generation)
        .execution_options(populate_existing=True)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def note_cancel_request(session: AsyncSession, *, id: UUID, owner_id: UUID) -> None:
    """Write down that the owner wants a cancel; for `CANCEL_SECONDS`, which it may take, nobody else asks.

    Without effect once the generation has ended.
    """
    await session.execute(
        update(Generation)
        .where(*_is_processing(id, owner_id))
        .values(cancel_requested_at=func.now(), next_poll_at=_from_now(CANCEL_SECONDS))
    )


async def save_picture(
    session: AsyncSession, *, id: UUID, owner_id: UUID, content_type: str, width: int, height: int
) -> bool:
    """Write down that the picture is in the store; sizes in pixels. False if the generation is gone."""
    statement = (
        update(Generation)
        .where(*is_owners(id, owner_id), col(Generation.status) == Status.SUCCEEDED)
        .values(
            stored_at=func.now(),
            given_up_at=None,
            picture_type=content_type,
            picture_width=width,
            picture_height=height,
        )
        .returning(col(Generation.id))
    )
    return (await session.execute(statement)).first() is not None


async def give_up(session: AsyncSession, *, id: UUID, owner_id: UUID, age: timedelta) -> bool:
    """Set `given_up_at` if the generation ended longer than `age` ago without a stored picture.

    False if nothing was set.
    """
    finished_at = func.coalesce(col(Generation.finished_at), col(Generation.updated_at))
    statement = (
        update(Generation)
        .where(*is_owners(id, owner_id), col(Generation.stored_at).is_(None), finished_at < func.now() - age)
        .values(given_up_at=func.now())
        .returning(col(Generation.id))
    )
    return (await session.execute(statement)).first() is not None


async def update_status_and_url(
    session: AsyncSession, *, id: UUID, owner_id: UUID, end: End
) -> Generation | None:
    """Write down the end of a generation. Returns the ended row; None when it had ended before."""
    statement = (
        update(Generation)
        .where(*_is_processing(id, owner_id))
        .values(
            status=end.status,
            result_url=end.url,
            error_code=end.failure,
            charge=end.charge,
            finished_at=func.now(),
        )
        .returning(Generation)
    )
    return (await session.execute(statement)).scalar_one_or_none()


def _from_now(seconds: float) -> Any:
    """SQL for a time by the database's clock; a mapped column takes it in place of a `datetime`."""
    return func.now() + timedelta(seconds=seconds)


def _unfinished(owner_id: UUID) -> Select[Generation]:
    return select(Generation).where(
        col(Generation.owner_id) == owner_id, col(Generation.status) == Status.PROCESSING
    )


def is_owners(id: UUID, owner_id: UUID) -> tuple[ColumnElement[bool], ...]:
    """The conditions that select the owner's generation with that id."""
    return col(Generation.id) == id, col(Generation.owner_id) == owner_id


def _is_processing(id: UUID, owner_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return *is_owners(id, owner_id), col(Generation.status) == Status.PROCESSING
