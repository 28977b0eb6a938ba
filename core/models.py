"""The rows of the database, and the pure rules of how a generation may change."""

from dataclasses import fields
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import DateTime, Enum, LargeBinary, Text, func
from sqlalchemy.orm import configure_mappers
from sqlmodel import Field, SQLModel

from core.charges import Charge
from core.failures import Failure, FailureCode
from core.orders import Order

# Replicate deletes a prediction's files after an hour: a copy that has not succeeded by then cannot succeed.
PROVIDER_KEEPS = timedelta(minutes=65)


class Status(StrEnum):
    """How a generation stands; `processing` is the only state that can change."""

    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    FAILED = "failed"

    @property
    def is_terminal(self) -> bool:
        """Whether the state is an end."""
        return self is not Status.PROCESSING


def may_become(current: Status, new: Status) -> bool:
    """Whether a generation may go from `current` to `new`: terminal states never change."""
    return current is Status.PROCESSING and new.is_terminal


class Phase(StrEnum):
    """The step that a run is at: sent to the provider, accepted there, being drawn, picture being copied."""

    WAITING = "waiting"
    STARTING = "starting"
    DRAWING = "drawing"
    SAVING = "saving"


def _text_of(enum: type[StrEnum]) -> Enum:
    """The type of a text column that stores an enum's values and returns its members."""
    return Enum(enum, native_enum=False, values_callable=lambda members: [m.value for m in members])


class Task(StrEnum):
    """Work that upkeep still has to do for a generation."""

    REMOVE = "remove"
    """Remove a deleted row and its picture, once the time to undo has passed."""
    ADVANCE = "advance"
    """Ask the provider how the run stands, and write down its end."""
    STORE = "store"
    """Copy the picture from the provider into the store."""
    FOLLOW_UP = "follow up"
    """Learn how the prediction ended, which was unknown when the generation timed out."""


TASK_DUE_AFTER = {
    Task.REMOVE: timedelta(seconds=30),
    Task.ADVANCE: timedelta(seconds=10),
    Task.STORE: timedelta(seconds=2),
    Task.FOLLOW_UP: timedelta(seconds=10),
}
"""How long after the change of the row that gave rise to it a task is due. The trigger
`note_what_to_settle` has the same times in PL/pgSQL; a test compares the two."""


class Generation(SQLModel, table=True):
    """One press of Generate: the order, the run, and the result.

    =====================  ==========================  =======================================================
    column                 set by                      meaning
    =====================  ==========================  =======================================================
    id, owner_id           submit                      never change
    prompt, model,         submit                      the `Order`; never change
    quality
    created_at             the database, at submit     the time limit counts from here
    updated_at             a trigger, at each change
    external_id            submit, once the provider   the prediction's id at the provider; None while Easel
                           answers; else adoption      does not know whether a prediction exists
    phase                  submit, advance             the step that the run is at
    polled_at,             whoever claims the next     when the provider was last asked about the run; from
    next_poll_at           question about the run      when on asking again makes sense
    cancel_requested_at    cancel                      the owner wants an end; upkeep repeats the request
    status                 submit: `processing`;       terminal states never change
                           the end: a terminal state
    result_url             the end, when succeeded     the picture at the provider, which deletes it after 1 h
    error_code             the end, when failed        why there is no picture
    charge                 the end                     as known at the end; never changes
    finished_at            the end
    late_charge            follow-up                   a charge that was unknown at the end, learned later
    stored_at, picture_*   the copy of the picture     the picture in the store: time, type, size in pixels
    given_up_at            upkeep, follow-up           Easel has stopped trying: a success's picture was not
                                                       stored in time, or a time-out's charge stays unknown
    deleted_at             delete; None by restore     hidden, and removed for good some seconds later
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
    polled_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    next_poll_at: datetime = Field(
        default=None,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
    )
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
        """The order that the row stores."""
        return Order(**{field.name: getattr(self, field.name) for field in fields(Order)})

    @property
    def marker(self) -> str:
        """The text by which the generation's prediction is recognised in the provider's list."""
        return f"easel-{self.id}"

    @property
    def is_processing(self) -> bool:
        """Whether the generation has not ended."""
        return self.status is Status.PROCESSING

    @property
    def is_unconfirmed(self) -> bool:
        """Whether nobody knows yet that the provider has received it."""
        return self.is_processing and self.external_id is None

    @property
    def is_lost(self) -> bool:
        """Whether the picture was not stored before the provider deleted it."""
        return self.status is Status.SUCCEEDED and self.given_up_at is not None

    @property
    def task(self) -> Task | None:
        """The task that upkeep has for the generation; None if there is nothing left to do."""
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
        """Whether there is a picture that is not in the store yet."""
        return self.task is Task.STORE

    @property
    def known_charge(self) -> Charge:
        """The charge as known by now: the one at the end, or the one that was learned later."""
        return self.late_charge or self.charge or Charge.UNKNOWN

    @property
    def current_phase(self) -> Phase:
        """The phase to show: `saving` while the picture is copied, else the run's phase."""
        return Phase.SAVING if self.needs_storing else self.phase

    @property
    def failure(self) -> Failure | None:
        """Why there is no picture; None unless the generation failed."""
        if self.status is not Status.FAILED:
            return None
        return Failure(self.error_code or FailureCode.PROVIDER_ERROR, self.charge or Charge.UNKNOWN)


class LoginSession(SQLModel, table=True):
    """A browser that is signed in. The row has the token's SHA-256 hash; only the cookie has the token."""

    __tablename__ = "login_sessions"

    token_hash: bytes = Field(primary_key=True, sa_type=LargeBinary)
    id: UUID = Field(default=None, sa_column_kwargs={"server_default": func.gen_random_uuid()})
    """For the person to name it by."""
    owner_id: UUID
    name: str = Field(sa_type=Text)
    picture: str | None = Field(default=None, sa_type=Text)
    is_admin: bool = False
    """Whether the sign-in said so."""
    browser: str | None = Field(default=None, sa_type=Text)
    created_at: datetime = Field(default=None, sa_type=DateTime(timezone=True))
    last_seen_at: datetime = Field(default=None, sa_type=DateTime(timezone=True))
    ends_at: datetime = Field(default=None, sa_type=DateTime(timezone=True))
    """The latest end, however often it is used."""
    expires_at: datetime = Field(sa_type=DateTime(timezone=True))
    """A week after the last use, and never after `ends_at`."""


# Rows that are read past SQLAlchemy have their attributes from here on, and not from the first query of its.
configure_mappers()
