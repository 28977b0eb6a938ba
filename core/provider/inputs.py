"""The inputs of each model: only those that its schema on Replicate has."""

from core.orders import Order
from core.settings import MODELS_THAT_REQUIRE_OPENAI_KEY, Settings

# https://replicate.com/openai/gpt-image-2/api/schema and its siblings, as of November 2026.
SUPPORTED_MODELS = MODELS_THAT_REQUIRE_OPENAI_KEY | {
    "openai/gpt-image-1.5",
    "openai/gpt-image-2",
    "openai/gpt-image-2.5-flare",
    "openai/gpt-image-2.5-sunburst",
}


def keeps_marker(model: str) -> bool:
    """Whether the model has an input, without effect on the picture, that can carry Easel's marker."""
    return model in SUPPORTED_MODELS


def new_order(settings: Settings, /, prompt: str, **others: str) -> Order:
    """An order for `prompt` and a person's other choices, with the model and quality of these settings."""
    model = settings.replicate_model
    quality = settings.image_quality if model in SUPPORTED_MODELS else None
    return Order(prompt=prompt, model=model, quality=quality, **others)


def model_inputs(order: Order, *, marker: str | None, openai_api_key: str | None) -> dict[str, str | int]:
    """The `input` of the order's prediction; a model that is not in `SUPPORTED_MODELS` gets only the prompt.

    `marker` goes into `user_id`, which the provider only stores, so that Easel can recognise its prediction.
    The quality is always sent: the models' default, `auto`, costs the highest price or more.
    """
    inputs: dict[str, str | int] = {"prompt": order.prompt}
    if not keeps_marker(order.model):
        return inputs
    inputs["number_of_images"] = 1
    if order.quality:
        inputs["quality"] = order.quality
    if marker:
        inputs["user_id"] = marker
    if openai_api_key:
        inputs["openai_api_key"] = openai_api_key
    return inputs
