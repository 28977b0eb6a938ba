"""Orders, as an Easel with the default settings takes them."""

from core.orders import Order

MODEL = "openai/gpt-image-2"


def order(prompt: str = "a red kite", *, model: str = MODEL, quality: str | None = "medium") -> Order:
    return Order(prompt, model, quality)
