"""`docs/security.md` has each requirement that applies, with the tests that show it."""

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

DOCS = Path(__file__).parents[1] / "docs"


@pytest.fixture(scope="module")
def written() -> dict[str, Callable[..., Any]]:
    return runpy.run_path(str(DOCS / "write_security.py"))


def test_every_requirement_is_shown_and_every_mark_has_one(written: dict[str, Callable[..., Any]]) -> None:
    assert written["what_is_wrong"]() == []


def test_it_is_as_make_security_writes_it(written: dict[str, Callable[..., Any]]) -> None:
    assert (DOCS / "security.md").read_text() == written["document"]()
