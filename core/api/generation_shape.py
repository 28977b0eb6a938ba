"""The one shape of a generation, wherever the API answers one."""

from datetime import datetime
from typing import Annotated, NotRequired, cast
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


def shape_of(generation: Generation, settings: Settings) -> GenerationShape:
    """What the API answers for a row, with addresses below `PUBLIC_URL`.

    A dictionary, as a list of validated models would take longer than its statement in the database.
    """
    image_url = f"{settings.public_url}/api{PATH}/{generation.id}/image" if generation.stored_at else None
    values = {
        "id": generation.id,
        "prompt": generation.prompt,
        "status": generation.status,
        "phase": _phase(generation),
        "created_at": generation.created_at,
        "finished_at": generation.finished_at,
        "model": generation.model,
        "quality": generation.quality,
        "url": image_url or (generation.result_url if generation.needs_storing else None),
        "thumb_url": image_url and f"{image_url}?size=thumb",
        "content_type": generation.picture_type,
        "width": generation.picture_width,
        "height": generation.picture_height,
        "error": _error(generation),
        "charge": _charge(generation),
        "is_lost": generation.is_lost or None,
    }
    present = {name: value for name, value in values.items() if value is not None}
    price = settings.price_of(generation.model, generation.quality)
    return cast(GenerationShape, present | {"price_usd": None if price is None else float(price)})


def _phase(generation: Generation) -> Phase | None:
    if generation.is_processing:
        return generation.phase
    return Phase.SAVING if generation.needs_storing else None


def _error(generation: Generation) -> GenerationError | None:
    failure = generation.failure
    return {"code": failure.code, "message": failure.sentence} if failure else None


def _charge(generation: Generation) -> Charge | None:
    """A success without a charge of its own came late: told twice, one payment would look like two."""
    if generation.is_processing:
        return None
    came_late = generation.status is Status.SUCCEEDED and generation.charge is None
    return Charge.NOT_CHARGED if came_late else generation.known_charge
