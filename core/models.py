"""The rows of the database, and the pure rules of how a generation may change."""

from dataclasses import fields
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import DateTime, Enum, LargeBinary, Text, func
from sqlmodel import Field, SQLModel

from core.charges import Charge
from core.failures import Failure, FailureCode
from core.orders import Order

# Replicate deletes a prediction's files after an hour: a copy that has not worked by then never will.
PROVIDER_KEEPS = timedelta(minutes=65)


class Status(StrEnum):
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"

    @property
    def is_terminal(self) -> bool:
        return self is not Status.PROCESSING


def may_become(current: Status, new: Status) -> bool:
    """Whether a generation may go from `current` to `new`: terminal states never change."""
    return current is Status.PROCESSING and new.is_terminal


class Phase(StrEnum):
    """Where a run is: sent to the provider, accepted there, being drawn, its picture being copied."""

    WAITING = "waiting"
    STARTING = "starting"
    DRAWING = "drawing"
    SAVING = "saving"


def _text_of(enum: type[StrEnum]) -> Enum:
    """A column of text that holds an enum's values and gives its members."""
    return Enum(enum, native_enum=False, values_callable=lambda members: [m.value for m in members])


class Task(StrEnum):
    """What is still to be done for a generation, though nobody watches."""

    REMOVE = "remove"
    """Remove a deleted row and its picture, once the time to undo has passed."""
    ADVANCE = "advance"
    """Ask the provider how the run stands."""
    STORE = "store"
    """Copy the picture, which only the provider has so far."""
    FOLLOW_UP = "follow up"
    """Learn what became of a prediction whose fate was unknown at the end."""


TASK_DUE_AFTER = {
    Task.REMOVE: timedelta(seconds=30),
    Task.ADVANCE: timedelta(seconds=10),
    Task.STORE: timedelta(seconds=2),
    Task.FOLLOW_UP: timedelta(seconds=10),
}
"""When a task is due: so long after the change of the row that made it one. The trigger
`note_what_to_settle` says the same in PL/pgSQL; a test compares the two."""


class Generation(SQLModel, table=True):
    """One press of Generate: the order, and what became of it.

    =====================  ==========================  =======================================================
    column                 set by                      meaning
    =====================  ==========================  =======================================================
    id, owner_id           submit                      never change
    prompt, model,         submit                      the `Order`; never change
    quality
    created_at             the database, at submit     the time limit counts from here
    updated_at             a trigger, at each change
    external_id            submit, once the provider   the prediction at the provider; None while nobody knows
                           answers; else adoption      whether there is one
    phase                  submit, advance             where the run stands at the provider
    cancel_requested_at    cancel                      somebody wants the run to end; upkeep asks until it has
    status                 submit: `processing`;       terminal ones never change
                           the end: a terminal one
    result_url             the end, when succeeded     at the provider, who deletes it after an hour
    error_code             the end, when failed        why there is no picture
    charge                 the end                     as known at the end; never changes
    finished_at            the end
    late_charge            follow-up                   what was learned of an unknown charge after the end
    stored_at, picture_*   the copy of the picture     the picture is in the store, and what it is
    given_up_at            upkeep, follow-up           nothing more is to be had: the picture of a success was
                                                       not stored in time, or what became of a time-out stays
                                                       unknown. Easel has stopped looking
    deleted_at             delete; None by restore     out of sight, and removed for good some seconds later
    =====================  ==========================  =======================================================
    """

    __tablename__ = "generations"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    owner_id: UUID
    prompt: str = Field(sa_type=Text)
    external_id: str | None = Field(default=None, sa_type=Text)
    status: Status = Field(default=Status.PROCESSING, sa_type=_text_of(Status))
    result_url: str | None = Field(default=None, sa_type=Text)
    error_code: FailureCode | None = Field(default=None, sa_type=_text_of(FailureCode))
    model: str = Field(sa_type=Text)
    quality: str | None = Field(default=None, sa_type=Text)
    phase: Phase = Field(default=Phase.WAITING, sa_type=_text_of(Phase))
    charge: Charge | None = Field(default=None, sa_type=_text_of(Charge))
    late_charge: Charge | None = Field(default=None, sa_type=_text_of(Charge))
    picture_type: str | None = Field(default=None, sa_type=Text)
    picture_width: int | None = None
    picture_height: int | None = None
    cancel_requested_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    finished_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    stored_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    given_up_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    deleted_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    created_at: datetime = Field(
        default=None,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
    )
    updated_at: datetime = Field(
        default=None,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
    )

    @property
    def order(self) -> Order:
        """What was ordered."""
        return Order(**{field.name: getattr(self, field.name) for field in fields(Order)})

    @property
    def marker(self) -> str:
        """The mark that its prediction bears in the provider's list."""
        return f"easel-{self.id}"

    @property
    def is_processing(self) -> bool:
        return self.status is Status.PROCESSING

    @property
    def is_lost(self) -> bool:
        """Whether the provider has deleted the picture before it was stored."""
        return self.status is Status.SUCCEEDED and self.given_up_at is not None

    @property
    def task(self) -> Task | None:
        """What is still to be done for it."""
        if self.deleted_at:
            return Task.REMOVE
        if self.is_processing:
            return Task.ADVANCE
        if self.given_up_at or self.stored_at:
            return None
        if self.status is Status.SUCCEEDED:
            return Task.STORE
        is_unresolved = self.error_code is FailureCode.TIMED_OUT and self.charge is Charge.UNKNOWN
        return Task.FOLLOW_UP if is_unresolved and self.late_charge is None else None

    @property
    def needs_storing(self) -> bool:
        """Whether there is a picture that only the provider has so far."""
        return self.task is Task.STORE

    @property
    def known_charge(self) -> Charge:
        """Whether it was charged, as Easel knows by now."""
        return self.late_charge or self.charge or Charge.UNKNOWN

    @property
    def current_phase(self) -> Phase:
        return Phase.SAVING if self.needs_storing else self.phase

    @property
    def failure(self) -> Failure | None:
        """Why there is no picture; None unless the generation failed."""
        if self.status is not Status.FAILED:
            return None
        return Failure(self.error_code or FailureCode.PROVIDER_ERROR, self.charge or Charge.UNKNOWN)


class LoginSession(SQLModel, table=True):
    """A browser that is signed in. The token itself is only in the browser's cookie."""

    __tablename__ = "login_sessions"

    token_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    owner_id: UUID
    name: str = Field(sa_type=Text)
    picture: str | None = Field(default=None, sa_type=Text)
    created_at: datetime = Field(default=None, sa_type=DateTime(timezone=True))
    last_seen_at: datetime = Field(default=None, sa_type=DateTime(timezone=True))
    expires_at: datetime = Field(sa_type=DateTime(timezone=True))
