"""Which pip sets Easel up."""

import pytest


@pytest.fixture(params=["pip==23.2.1", "pip"], ids=["pip of Python 3.11", "newest pip"])
def pip(request: pytest.FixtureRequest) -> str:
    """The requirement by which it is installed."""
    requirement: str = request.param
    return requirement
