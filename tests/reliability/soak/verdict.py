"""What a soak has shown: the promises that were broken, and the figures."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.failures import FailureCode
from core.models import Status
from tests.reliability.soak.database import RestartedDatabase
from tests.reliability.soak.people import Answer, Diary
from tests.reliability.soak.processes import Processes
from tests.reliability.soak.provider import FaultyProvider

# Pictures of runs that ended at the provider after Easel had stopped waiting for them.
LATE_PICTURES_ARE_LOST = False
MAX_GROWTH = 0.2
MAX_GROWTH_MB = 30.0

_RIGHT_5XX = {(502, "PROVIDER_ERROR"), (503, "SERVICE_UNAVAILABLE")}
_RIGHT_4XX = {(409, "GENERATION_IN_FLIGHT")}
_END = ("status", "error_code", "charge", "late_charge")
_CRASH = re.compile(r"^Traceback .*|^.* CRITICAL .*", re.MULTILINE)


@dataclass
class Soak:
    """What takes part in a soak, and what it leaves behind."""

    provider: FaultyProvider
    database: RestartedDatabase
    processes: Processes
    diary: Diary = field(default_factory=Diary)
    overlapping: list[str] = field(default_factory=list)
    """Owners who had two generations in flight at once."""
    wrong_pictures: list[str] = field(default_factory=list)
    """Generations whose picture is not served to its owner as the provider drew it."""

    def broken_promises(self) -> dict[str, list[str]]:
        """What went wrong, by promise; a promise that was kept has an empty list."""
        rows = self.database.generations()
        late = _late_pictures(rows, self.provider)
        return {
            "double charges": self._double_charges(),
            "presses answered with two ids": [str(one) for one in self.diary.presses if len(one.ids) > 1],
            "predictions that no row owns": self._unowned(rows),
            "charged, though the row denies it": _denied(rows, self.provider),
            "lost pictures": self.wrong_pictures + (sorted(late) if LATE_PICTURES_ARE_LOST else []),
            "stuck rows": self._stuck(rows),
            "two in flight at once": self.overlapping,
            "ends that changed": self.diary.changed_ends + self._otherwise_in_the_end(rows),
            "wrong answers": [str(one) for one in self.diary.answers if _is_wrong(one)],
            "answers missing without a kill": self._unexplained_silence(),
            "tracebacks in the logs": _CRASH.findall(self.processes.logs),
            "memory that grew": self._grown(),
        }

    def figures(self) -> dict[str, object]:
        rows = self.database.generations()
        answers = self.diary.answers
        ends = Counter(" ".join(filter(None, map(row.get, _END))) for row in rows)
        statuses = Counter(f"{one.status or 'none'} {one.code}".strip() for one in answers)
        timeouts = Counter(one.asked for one in answers if one.code.endswith("Timeout"))
        faults = Counter(name.partition(":")[0] for name in self.provider.faults.elements())
        figures = {
            "presses": len(self.diary.presses),
            "generations": f"{len(rows)}: {_listed(ends)}",
            "charges at the provider": len(self.provider.predictions),
            "faults": f"{faults.total()} in {len(self.provider.faults)} ways: {_listed(faults)}",
            "kills, restarts of PostgreSQL": f"{len(self.processes.away)}, {len(self.database.away)}",
            "late pictures": len(_late_pictures(rows, self.provider)),
            "answers": f"{len(answers)}: {_listed(statuses)}",
            "503 without a restart of the database": self._unexplained_503(),
            "time-outs": _listed(timeouts) or 0,
            "submit": _percentiles(answers, "submit"),
            "read": _percentiles(answers, "read"),
            "memory of the survivor": self._survivor_memory(),
            "memory of the killed": self._victims_memory(),
        }
        return figures | {name: len(found) for name, found in self.broken_promises().items()}

    def _double_charges(self) -> list[str]:
        """Two predictions of one generation, and those of a generation that no press has started."""
        markers = Counter(_marker(one) for one in self.provider.predictions.values())
        pressed = self.database.run("SELECT DISTINCT generation_id FROM submit_keys")
        expected = Counter(f"easel-{row['generation_id']}" for row in pressed)
        return list((markers - expected).elements())

    def _unowned(self, rows: Sequence[dict[str, Any]]) -> list[str]:
        owned = {row["external_id"] for row in rows}
        return [one for one in self.provider.predictions if one not in owned]

    def _stuck(self, rows: Sequence[dict[str, Any]]) -> list[str]:
        stuck = [f"processing {row['id']}" for row in rows if row["status"] == Status.PROCESSING]
        unsettled = self.database.run("SELECT generation_id FROM generations_to_settle")
        return stuck + [f"to settle {row['generation_id']}" for row in unsettled]

    def _otherwise_in_the_end(self, rows: Sequence[dict[str, Any]]) -> list[str]:
        """Ends that their owners saw and that are not what the database says now."""
        now = {str(row["id"]): (row["status"], row["error_code"]) for row in rows}
        ends = self.diary.ends.items()
        seen = [(one, (end["status"], (end["error"] or {}).get("code"))) for one, end in ends]
        return [f"{one}: {end}, now {now.get(one)}" for one, end in seen if end != now.get(one)]

    def _unexplained_silence(self) -> list[str]:
        away, victim = self.processes.away, self.processes.victim.url
        silent = (one for one in self.diary.answers if one.status is None)
        return [str(one) for one in silent if one.url != victim or not away.touch(one.began, one.ended)]

    def _unexplained_503(self) -> int:
        """How often a process was too busy to get hold of a connection."""
        away = self.database.away
        unavailable = (one for one in self.diary.answers if one.status == 503)
        return sum(not away.touch(one.began, one.ended) for one in unavailable)

    def _grown(self) -> list[str]:
        early, late = self._survivor_early_and_late()
        is_flat = late - early < max(MAX_GROWTH * early, MAX_GROWTH_MB)
        return [] if is_flat else [self._survivor_memory()]

    def _survivor_early_and_late(self) -> tuple[float, float]:
        """After a quarter of the run, when every part has been used, and at its end."""
        measured = self.processes.survivor_mb
        last = measured[-1]
        return next(mb for seconds, mb in measured if seconds >= last[0] / 4), last[1]

    def _survivor_memory(self) -> str:
        early, late = self._survivor_early_and_late()
        first = self.processes.survivor_mb[0][1]
        return f"{first:.0f} MB at the start, {early:.0f} MB after a quarter, {late:.0f} MB at the end"

    def _victims_memory(self) -> str:
        lives = [life for life in self.processes.lives if life.ended_mb]
        started, ended = ([getattr(life, name) for life in lives] for name in ("started_mb", "ended_mb"))
        return (
            f"{min(started):.0f} to {max(started):.0f} MB when ready, up to {max(ended):.0f} MB when killed"
        )


def _late_pictures(rows: Sequence[dict[str, Any]], provider: FaultyProvider) -> set[str]:
    """The predictions that succeeded after their rows had timed out."""
    timed_out = {row["external_id"] for row in rows if row["error_code"] == FailureCode.TIMED_OUT}
    predictions = filter(None, map(provider._find, list(provider.predictions)))
    return {one["id"] for one in predictions if one["id"] in timed_out and one["status"] == "succeeded"}


def _denied(rows: Sequence[dict[str, Any]], provider: FaultyProvider) -> list[str]:
    """Rows that say "not charged" of a prediction that was: only one that never started is free."""
    free = {f"easel-{row['id']}" for row in rows if "not_charged" in (row["charge"], row["late_charge"])}
    charged = (one for one in provider.predictions.values() if one["status"] != "aborted")
    return [one["id"] for one in charged if _marker(one) in free]


def _marker(prediction: dict[str, Any]) -> str:
    return str(prediction["input"]["user_id"])


def _is_wrong(answer: Answer) -> bool:
    if answer.status is None or answer.status == 200:
        return False
    is_right = (answer.status, answer.code) in _RIGHT_5XX | _RIGHT_4XX
    return not is_right or (answer.status == 503 and not answer.has_retry_after)


def _percentiles(answers: Iterable[Answer], asked: str) -> str:
    took = sorted((one.ended - one.began) * 1000 for one in answers if one.asked == asked and one.status)
    marks = {f"p{percent}": took[len(took) * percent // 100] for percent in (50, 95, 99)}
    return f"{len(took)}: " + ", ".join(f"{name} {value:.0f} ms" for name, value in marks.items())


def _listed(counts: Counter[Any]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common())
