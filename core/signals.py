"""Signals that end the program: cleanly, and not in the middle of what must not be left half done."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_ENDING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def end_cleanly_on_signals() -> None:
    """Without this SIGTERM ends the process on the spot, and the embedded database stays behind.

    The same goes for SIGHUP, a terminal that was closed; under nohup it stays ignored.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))


@contextmanager
def holding_signals() -> Iterator[None]:
    """Let a signal that comes during the block take effect after it."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals are the main thread's
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
