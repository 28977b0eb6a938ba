"""What a picture costs at the provider, in US dollars.

Source: the model pages at https://replicate.com/openai, read in November 2026. The prices of gpt-image-1
and gpt-image-1-mini are OpenAI's own, who bills them to the `OPENAI_API_KEY`.
"""

from decimal import Decimal

_NEWEST = {"low": "0.012", "medium": "0.047", "high": "0.128"}

_WRITTEN: dict[str, dict[str, str]] = {
    "openai/gpt-image-1": {"low": "0.011", "medium": "0.042", "high": "0.167"},
    "openai/gpt-image-1-mini": {"low": "0.005", "medium": "0.011", "high": "0.036"},
    "openai/gpt-image-1.5": {"low": "0.013", "medium": "0.05", "high": "0.136"},
    "openai/gpt-image-2": _NEWEST,
    "openai/gpt-image-2.5-flare": _NEWEST,
    "openai/gpt-image-2.5-sunburst": _NEWEST,
}
_PRICES = {
    (model, quality): Decimal(price)
    for model, prices in _WRITTEN.items()
    for quality, price in prices.items()
}


def price_usd(model: str, quality: str | None) -> Decimal | None:
    """The price of one picture of that model and quality; None where it is not known."""
    return _PRICES.get((model, quality or ""))
