"""Logging: one line for each event, with the request's id and without secrets."""

import json
import logging
import re
import time
from contextvars import ContextVar
from typing import Literal
from uuid import UUID

request_id: ContextVar[str] = ContextVar("request_id", default="-")
visitor_address: ContextVar[str | None] = ContextVar("visitor_address", default=None)
"""Where the request comes from, as the trusted proxy tells it; for the audit log."""
asking_owner: ContextVar[UUID | None] = ContextVar("asking_owner", default=None)
"""Whose request it is, as far as that was found out."""

_FORMAT = "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"
# At INFO these libraries log addresses with their query: sign-in codes and states, ids of open pages.
_TALKATIVE = (
    "httpx",
    "httpx2",
    "httpcore",
    "httpcore2",
    "uvicorn.access",
    "uvicorn.error",
    "authlib",
    "alembic",
)
# It repeats what `core.database.statements` says in a line of its own.
_REPEATS = "psycopg.pool"
_SHORTEST_SECRET_TO_HIDE = 6
ACCESS = "easel.access"
OF_AN_ANSWER = ("method", "path", "status", "milliseconds", "by")
"""The arguments of the lines of `ACCESS`: as `extra` they would cost each request 3 microseconds more."""
# Of people: one that somebody puts into an address, for example.
_API_TOKEN = re.compile(r"easel_[0-9A-Za-z]{36}")


class _Formatter(logging.Formatter):
    """Adds the request's id, and replaces each known secret with `***`, in tracebacks too.

    Times are UTC, as those of the audit log, wherever a process runs.
    """

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def __init__(self, secrets: list[str]) -> None:
        super().__init__(_FORMAT)
        self._second = (0, "")
        self._secrets = [secret for secret in secrets if len(secret) >= _SHORTEST_SECRET_TO_HIDE]

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802, ARG002  (theirs)
        """The same as Python's, but for the second, which is written once for all lines of it."""
        second = int(record.created)
        if second != self._second[0]:
            self._second = (second, time.strftime(self.default_time_format, self.converter(second)))
        return self.default_msec_format % (self._second[1], record.msecs)

    def format(self, record: logging.LogRecord) -> str:
        record.request_id = request_id.get()
        return self.hide(super().format(record))

    def hide(self, line: str) -> str:
        """The same without secrets."""
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return _API_TOKEN.sub("easel_***", line) if "easel_" in line else line


class _JsonFormatter(_Formatter):
    """An object a line. What is not known of an event is not in it."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "time": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get(),
            "owner": asking_owner.get(),
            "address": visitor_address.get(),
        }
        if record.name == ACCESS and isinstance(record.args, tuple):
            told |= dict(zip(OF_AN_ANSWER, record.args, strict=True))
            # The scope's: pages are built in tasks of their own, whose context does not come back here.
            if (by := told.pop("by")) != "-":
                told["owner"] = by
        if record.exc_info:
            told["exception"] = self.formatException(record.exc_info)
        return json.dumps(
            {
                name: self.hide(value) if isinstance(value, str) else value
                for name, value in told.items()
                if value is not None
            },
            default=str,
        )


_FORMATTERS = {"text": _Formatter, "json": _JsonFormatter}


def set_up_logging(secrets: list[str], log_format: Literal["text", "json"] = "text") -> None:
    """Log to standard error at INFO; `secrets` are the values to hide if a line has them."""
    handler = logging.StreamHandler()
    handler.setFormatter(_FORMATTERS[log_format](secrets))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger(_REPEATS).setLevel(logging.ERROR)
    # None of these is in a line: https://docs.python.org/3/howto/logging.html#optimization
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    logging._srcfile = None  # noqa: SLF001  (their own way to say it)
