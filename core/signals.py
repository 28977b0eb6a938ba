"""Signals that end the program: cleanly, and never in the middle of a step that must be completed."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_told = threading.Event()


def end_cleanly_on_signals() -> None:
    """Have SIGTERM and SIGHUP end the program through `SystemExit`, so that clean-up code runs.

    By default they end the process at once, and the embedded database keeps running. SIGHUP comes when the
    terminal is closed; under nohup it stays ignored.
    """
    signal.signal(signal.SIGTERM, _end)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))


def end_if_told() -> None:
    """End now if a signal came before: Python drops what is raised while it collects garbage, `SystemExit`
    of a handler too, and goes on."""
    if _told.is_set():
        sys.exit(0)


def _end(*_: object) -> None:
    _told.set()
    sys.exit(0)


def ignore_signals() -> None:
    """From here on nothing is left to be ended: Python undoes our handlers while it ends, and a signal that
    is repeated would then end the process as if nothing had been cleaned up."""
    for each in _ENDING:
        signal.signal(each, signal.SIG_IGN)


@contextmanager
def holding_signals() -> Iterator[None]:
    """Delay a signal that arrives during the block until the block has ended."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread receives signals
        return
    came: list[int] = []
    handlers = {each: signal.getsignal(each) for each in _ENDING}
    for each, handler in handlers.items():
        if handler is not signal.SIG_IGN:
            signal.signal(each, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for each, handler in handlers.items():
            signal.signal(each, handler)
        for number in came[:1]:
            signal.raise_signal(number)
