"""What the program writes to its log, by its own rules."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Literal

from core.logs import set_up_logging


@contextmanager
def written_log(
    hidden: list[str] | None = None, log_format: Literal["text", "json"] = "text"
) -> Iterator[StringIO]:
    """The log of the block; `hidden` are the secrets that the log knows of."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    root.handlers = []
    set_up_logging(hidden or [], log_format)
    stream = StringIO()
    [handler] = root.handlers
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    try:
        yield stream
    finally:
        root.handlers = handlers
        root.setLevel(level)
