"""The one shape of a generation, wherever the API answers one."""

from datetime import datetime
from typing import Annotated, Any, NotRequired, cast
from uuid import UUID

from pydantic import Field
from typing_extensions import TypedDict  # pydantic wants this one before Python 3.12

from core.services import Charge, FailureCode, Generation, Phase, Status
from core.settings import Settings

PATH = "/v1/generations"


class GenerationError(TypedDict):
    code: FailureCode
    message: Annotated[str, Field(description="The same sentence as on the screen, charge included.")]


class GenerationShape(TypedDict):
    """A generation: what was asked for, and what has become of it so far."""

    id: UUID
    prompt: str
    status: Status
    phase: NotRequired[
        Annotated[
            Phase,
            Field(description="Only while it runs, and `saving` while its picture is being copied here."),
        ]
    ]
    created_at: datetime
    finished_at: NotRequired[Annotated[datetime, Field(description="Only once it has ended.")]]
    model: Annotated[str, Field(examples=["openai/gpt-image-2"])]
    quality: NotRequired[Annotated[str, Field(description="Only with a model that takes one.")]]
    url: NotRequired[
        Annotated[
            str,
            Field(
                description="The picture, only when succeeded: at the provider, which keeps it an hour, until"
                " it is copied here. None once the picture is lost."
            ),
        ]
    ]
    thumb_url: NotRequired[
        Annotated[
            str,
            Field(description="A small WebP of the picture, only when that has been copied here."),
        ]
    ]
    content_type: NotRequired[Annotated[str, Field(examples=["image/png"])]]
    width: NotRequired[Annotated[int, Field(description="In pixels.")]]
    height: NotRequired[Annotated[int, Field(description="In pixels.")]]
    error: NotRequired[Annotated[GenerationError, Field(description="Only when failed.")]]
    charge: NotRequired[
        Annotated[
            Charge,
            Field(
                description="Only once it has ended, as far as is known by now. A picture that came after its"
                " generation had timed out is `not_charged`: its charge is told with that generation."
            ),
        ]
    ]
    price_usd: Annotated[
        float | None,
        Field(
            description="What a picture of this model and quality costs, where it is charged. Null where that"
            " is not known; 0 in the demo."
        ),
    ]
    is_lost: NotRequired[
        Annotated[bool, Field(description="True when the picture could not be kept; else left out.")]
    ]


_COLUMNS = {
    "id": "id",
    "prompt": "prompt",
    "status": "status",
    "created_at": "created_at",
    "finished_at": "finished_at",
    "model": "model",
    "quality": "quality",
    "content_type": "picture_type",
    "width": "picture_width",
    "height": "picture_height",
}
"""What is answered as it is stored, where it is, by the name of its column."""


def shape_of(generation: Generation, settings: Settings) -> GenerationShape:
    """What the API answers for a row, with addresses below `PUBLIC_URL`.

    A dictionary, as a list of validated models would take longer than its statement in the database.
    """
    # SQLAlchemy's attributes would take a third of the time of this.
    row = vars(generation)
    shape = {name: row[column] for name, column in _COLUMNS.items() if row[column] is not None}
    shape |= {"phase": row["phase"]} if generation.is_processing else _end(generation, settings)
    price = settings.price_of(row["model"], row["quality"])
    shape["price_usd"] = None if price is None else float(price)
    return cast(GenerationShape, shape)


def _end(generation: Generation, settings: Settings) -> dict[str, Any]:
    row = vars(generation)
    shape: dict[str, Any] = {"charge": _charge(generation)}
    if row["stored_at"]:
        url = f"{settings.public_url}/api{PATH}/{row['id']}/image"
        shape["url"], shape["thumb_url"] = url, f"{url}?size=thumb"
    elif failure := generation.failure:
        shape["error"] = {"code": failure.code, "message": failure.sentence}
    elif generation.needs_storing:
        shape |= {"url": generation.result_url, "phase": Phase.SAVING}
    elif generation.is_lost:
        shape["is_lost"] = True
    return shape


def _charge(generation: Generation) -> Charge:
    """A success without a charge of its own came late: told twice, one payment would look like two."""
    row = vars(generation)
    came_late = row["charge"] is None and row["status"] is Status.SUCCEEDED
    return Charge.NOT_CHARGED if came_late else generation.known_charge
