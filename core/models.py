"""The rows of the database, and the pure rules of how a generation may change."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import DateTime, Enum, LargeBinary, Text, func
from sqlmodel import Field, SQLModel

from core.charges import Charge
from core.failures import FailureCode

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


class Failure(NamedTuple):
    """Why a generation failed, and whether it was charged all the same."""

    code: FailureCode
    charge: Charge

    @property
    def sentence(self) -> str:
        late = f" {_LATE}" if self.is_unresolved else ""
        return f"{self.code.sentence} {self.charge.sentence}{late}"

    @property
    def is_unresolved(self) -> bool:
        """Whether we stopped waiting without knowing what became of it."""
        return self.code is FailureCode.TIMED_OUT and self.charge is Charge.UNKNOWN


_LATE = "Should the picture still arrive, it will be among your pictures."


class Generation(SQLModel, table=True):
    """One press of Generate: the prompt, and what became of it."""

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
    """As asked for; None for a model that takes none, and in rows of versions that did not note it."""
    phase: Phase = Field(default=Phase.WAITING, sa_type=_text_of(Phase))
    charge: Charge | None = Field(default=None, sa_type=_text_of(Charge))
    late_charge: Charge | None = Field(default=None, sa_type=_text_of(Charge))
    """What we have learned of an unknown charge since the end, which itself never changes."""
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
    def is_processing(self) -> bool:
        return self.status is Status.PROCESSING

    @property
    def marker(self) -> str:
        """By which we know its prediction in the provider's list."""
        return f"easel-{self.id}"

    @property
    def needs_storing(self) -> bool:
        """Whether there is a picture that only the provider has so far."""
        return self.status is Status.SUCCEEDED and self.stored_at is None and not self.is_lost

    @property
    def is_lost(self) -> bool:
        """Whether the provider has deleted the picture before it was stored."""
        return self.status is Status.SUCCEEDED and self.given_up_at is not None

    @property
    def may_come_late(self) -> bool:
        """Whether we still look for the picture, though the generation has ended."""
        is_unresolved = self.failure is not None and self.failure.is_unresolved
        return is_unresolved and self.late_charge is None and self.given_up_at is None

    @property
    def known_charge(self) -> Charge:
        """Whether it was charged, as we know by now."""
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
