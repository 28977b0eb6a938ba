"""The emulated provider on a real socket, with faults on demand (`tests.support.faults`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.support.emulator import FaultyEmulator
from tests.support.servers import serve_in_thread


@dataclass
class EmulatedProvider:
    """An emulator and the address at which it is served."""

    emulator: FaultyEmulator
    url: str

    @property
    def creates(self) -> int:
        """How many creates arrived, whatever was answered."""
        return sum(1 for method, path in self.emulator.requests if _is_create(method, path))

    @property
    def cancels(self) -> int:
        return sum(1 for _, path in self.emulator.requests if path.endswith("/cancel"))

    @property
    def last_id(self) -> str:
        return list(self.emulator.predictions)[-1]

    def reset(self) -> None:
        """A new account: no predictions, no faults; pictures take no time until a test says so."""
        self.emulator.predictions.clear()
        self.emulator.requests.clear()
        self.emulator.fault = None
        self.emulator.drawing = None
        self.finish()

    def age(self, minutes: float) -> None:
        """Move every prediction that far into the past."""
        for prediction in self.emulator.predictions.values():
            for name in {"created_at", "started_at", "completed_at"} & prediction.keys():
                earlier = datetime.fromisoformat(prediction[name]) - timedelta(minutes=minutes)
                prediction[name] = earlier.isoformat()

    def finish(self) -> None:
        """Let what runs, and what is started from now on, end at once with a picture."""
        self.emulator.seconds_to_start = 0.0
        self.emulator.seconds_to_draw = 0.0

    def never_finish(self) -> None:
        self.emulator.seconds_to_draw = 1e9


@contextmanager
def emulated_provider() -> Iterator[EmulatedProvider]:
    emulator = FaultyEmulator()
    with serve_in_thread(emulator.app()) as url:
        yield EmulatedProvider(emulator, url)


def _is_create(method: str, path: str) -> bool:
    return method == "POST" and path.endswith("/predictions")
