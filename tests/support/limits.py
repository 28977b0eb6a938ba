"""Tests with other limits than Easel's own, as they would otherwise wait long or send much."""

from typing import Any

import pytest

from core.limits import Limits


def with_limits(**areas: Any) -> pytest.MarkDecorator:
    """A mark: `app`, `ctx` and the like of this test are made with `Limits(**areas)`."""
    return pytest.mark.parametrize("limits", [Limits(**areas)], ids=["limited"])
