"""Tests with other limits than Easel's own, as they would otherwise wait long or send much."""

from dataclasses import replace
from typing import Any

import pytest

from core.limits import Limits, PollLimits

AT_ONCE = PollLimits(
    first_seconds=0.0,
    least_seconds=0.0,
    longest_seconds=0.0,
    apart_seconds=-30.0,  # a claim is good for 30 seconds, and keeps no other from asking
    late_seconds=30.0,
    max_watched=0,
)
"""Each read asks the provider, and nothing does by itself: a test sees what it has caused."""
FOR_TESTS = Limits(polls=AT_ONCE)


def with_limits(**areas: Any) -> pytest.MarkDecorator:
    """A mark: `app`, `ctx` and the like of this test are made with these areas of limits."""
    return pytest.mark.parametrize("limits", [replace(FOR_TESTS, **areas)], ids=["limited"])
