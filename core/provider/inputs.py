"""What is sent to each model: only the inputs that its schema on Replicate knows."""

from core.settings import MODELS_THAT_REQUIRE_OPENAI_KEY, Settings

# https://replicate.com/openai/gpt-image-2/api/schema and its siblings, as of November 2026.
SUPPORTED_MODELS = MODELS_THAT_REQUIRE_OPENAI_KEY | {
    "openai/gpt-image-1.5",
    "openai/gpt-image-2",
    "openai/gpt-image-2.5-flare",
    "openai/gpt-image-2.5-sunburst",
}


def keeps_marker(model: str) -> bool:
    """Whether the model has an input that the provider only keeps, where our marker can be."""
    return model in SUPPORTED_MODELS


def chosen_quality(settings: Settings) -> str | None:
    """The quality that `settings.replicate_model` is asked for; None for one that takes none."""
    return settings.image_quality if settings.replicate_model in SUPPORTED_MODELS else None


def model_inputs(settings: Settings, prompt: str, marker: str | None = None) -> dict[str, str | int]:
    """The `input` of a prediction for `settings.replicate_model`; an unknown model gets the prompt alone.

    `marker` goes into `user_id`, which the provider only keeps, so that we know our own again. The
    quality is always named: the models' own `auto` is billed at the highest price or more.
    """
    inputs: dict[str, str | int] = {"prompt": prompt}
    if not keeps_marker(settings.replicate_model):
        return inputs
    inputs["quality"] = settings.image_quality
    inputs["number_of_images"] = 1
    if marker:
        inputs["user_id"] = marker
    if settings.openai_api_key:
        inputs["openai_api_key"] = settings.openai_api_key.get_secret_value()
    return inputs
