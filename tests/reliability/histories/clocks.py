"""Processes of a history whose clocks are hours off."""

import datetime as dt
from collections.abc import Callable
from datetime import timedelta

import pytest

from core.pictures import waiting
from core.provider import client
from core.services import upkeep

_WHERE = (client, upkeep, waiting)


def set_clocks(monkeypatch: pytest.MonkeyPatch, off_by: Callable[[], timedelta]) -> None:
    """Have Easel's code ask a clock that is wrong by what `off_by` says at that moment."""

    class WrongClock(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> "WrongClock":
            now = super().now(tz) + off_by()
            return cls.fromtimestamp(now.timestamp(), tz)

    for module in _WHERE:
        monkeypatch.setattr(module, "datetime", WrongClock)
