"""schemathesis against the described API of a real process, with a signed-in owner.

`make fuzz` sends 10,000 cases; CI some hundreds.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
import schemathesis
from schemathesis import engine
from schemathesis.config import SchemathesisConfig
from schemathesis.engine.events import NonFatalError, ScenarioFinished

from tests.reliability.library import Library
from tests.reliability.report import write_section
from tests.support.database import TestDatabase
from tests.support.images import picture
from tests.support.provider import EmulatedProvider
from tests.support.servers import EaselProcess, served_settings

TOKEN = "a-token-for-the-fuzzer"
COOKIE = {"Cookie": f"easel_session={TOKEN}"}
OPERATIONS = 19
# Of those without anything to vary there are few cases, however many are wished for.
WITHOUT_INPUT = 5
RENEWED_AFTER = 100
# How often a case that is valid gets the id of a generation that exists.
KNOWN = 0.8
# How often a case comes with an API token, which counts before the cookie: by what the token is.
API_TOKENS = {"generate": 0.2, "read": 0.1, "expired": 0.05, "mistyped": 0.05}
# And how often somebody reads the one that runs, which then is done.
WATCHED = 0.5


@dataclass
class Record:
    """What was sent and what came back."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    phases: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, object]:
        labels = sorted({label for label, _ in self.statuses})
        return {
            "cases": f"{self.statuses.total():,}",
            "by phase": _listed(self.phases),
            **{f"`{label}`": _listed(self._by_status(label)) for label in labels},
            "with the id of one that exists": f"{self.kinds.total():,}: {_listed(self.kinds)}",
            "answers of 5xx": sum(n for (_, status), n in self.statuses.items() if status >= 500),
            "violations of the description": len(self.failures),
        }

    def _by_status(self, label: str) -> dict[int, int]:
        return {status: number for (what, status), number in sorted(self.statuses.items()) if what == label}


@pytest.fixture
def cases(request: pytest.FixtureRequest) -> int:
    return int(request.config.getoption("--fuzz-cases") or 500)


@pytest.fixture
def easel(database: TestDatabase, provider: EmulatedProvider, tmp_path: Path) -> Iterator[EaselProcess]:
    provider.emulator.drawing = picture(size=(64, 48))
    with EaselProcess(tmp_path, **served_settings(database, provider.url, tmp_path / "data")) as process:
        yield process


@pytest.fixture
def library(database: TestDatabase, easel: EaselProcess, tmp_path: Path) -> Library:
    library = Library(database, tmp_path / "data" / "pictures")
    library.sign_in(TOKEN)
    library.renew()
    return library


@pytest.mark.timeout(0)
@pytest.mark.filterwarnings("default")  # schemathesis is not ours
def test_the_api_is_as_described(
    cases: int, easel: EaselProcess, library: Library, request: pytest.FixtureRequest
) -> None:
    record = Record()
    schema = schemathesis.openapi.from_url(
        f"{easel.url}/api/openapi.json", config=configuration(cases), headers=COOKIE
    )
    with (
        httpx.Client(base_url=easel.url, headers=COOKIE, timeout=30) as http,
        cases_that_meet_generations(library, record, http),
    ):
        for event in engine.from_schema(schema).execute():
            match event:
                case ScenarioFinished():
                    note(record, event)
                case NonFatalError():
                    record.failures.append(str(event.value))
        assert http.get("/readyz").status_code == 200
    figures = record.figures()
    print("\n".join(f"{name}: {figure}" for name, figure in figures.items()))  # noqa: T201
    assert not record.failures, "\n\n".join(record.failures[:20])
    assert record.statuses.total() >= cases
    assert len({label for label, _ in record.statuses}) == OPERATIONS
    assert record.kinds.total() > cases / 4
    for label in REACHED:
        assert record.statuses[label, 200] >= cases / 500, label
    if request.config.getoption("--reliability-report"):
        write_section("Fuzzing", "make fuzz", figures, NOTE)


REACHED = [
    "POST /v1/generations/submit",
    "GET /v1/generations",
    "GET /v1/generations/{id}",
    "GET /v1/generations/{id}/image",
    "POST /v1/generations/{id}/cancel",
    "POST /v1/generations/{id}/delete",
    "POST /v1/generations/{id}/restore",
    "POST /v1/generations/delete",
    "POST /v1/generations/restore",
    "GET /v1/generations/archive",
    "POST /v1/tokens",
    "POST /v1/tokens/{id}/revoke",
    "POST /v1/me/sessions/{id}/end",
    "POST /v1/me/delete",
]
# The fuzzer picks up the id of its own login session from the list of them.
ENDS_SIGN_IN = ("/v1/me/delete", "/v1/me/sessions/{id}/end")
NOTE = """
Cases of schemathesis with its default checks, positive and negative, sent to a real process by a signed-in
owner, two of five with an API token, which may be one that may only read, has expired or is mistyped; the
emulator is the provider. Most of the valid ones get the id of a generation that exists, in any
state.
"""


def configuration(cases: int) -> SchemathesisConfig:
    config: SchemathesisConfig = SchemathesisConfig.from_dict(
        {
            "seed": 4,
            "headers": COOKIE,
            "continue-on-failure": True,
            "generation": {
                "database": "none",
                "max-examples": -(-cases // (OPERATIONS - WITHOUT_INPUT)),
                "no-shrink": True,
                # Every case is sent with the cookie of `headers`, one that is to lack it too.
                "with-security-parameters": False,
            },
            "phases": {"stateful": {"generation": {"max-examples": max(10, cases // 100)}}},
        }
    )
    return config


@contextmanager
def cases_that_meet_generations(library: Library, record: Record, http: httpx.Client) -> Iterator[None]:
    """Hooks: most valid cases get an id that exists, some come with an API token, most runs are watched."""
    chance = Random(4)  # noqa: S311
    number = count(1)

    @schemathesis.hook
    def before_call(context: Any, case: Any, kwargs: Any) -> None:
        if next(number) % RENEWED_AFTER == 0:
            library.renew()
        is_valid = case.meta is None or case.meta.generation.mode.is_positive
        if is_valid and chance.random() < KNOWN:
            record.kinds.update(_give_known_ids(library, case))
        if token := _any_token(library, chance):
            case.headers["Authorization"] = f"Bearer {token}"

    @schemathesis.hook
    def after_call(context: Any, case: Any, response: Any) -> None:
        record.statuses[case.operation.label, response.status_code] += 1
        _go_on_after(case.operation.path, library, response)
        if case.operation.path.endswith("/submit"):
            _watch(library, chance, http, response)

    yield
    schemathesis.hooks.unregister(before_call)
    schemathesis.hooks.unregister(after_call)


def _go_on_after(path: str, library: Library, response: Any) -> None:
    """Put back what a case has used up: room for API tokens, the sign-in, or the whole account."""
    if path.endswith("/tokens"):
        library.keep_few_api_tokens()
    if path in ENDS_SIGN_IN and response.status_code == 200:
        library.sign_in(TOKEN)
    if path == "/v1/me/delete" and response.status_code == 200:
        library.renew()


def _watch(library: Library, chance: Random, http: httpx.Client, response: Any) -> None:
    """Look at what a submit has started, more often than not, so that it ends."""
    if response.status_code == 200:
        library.add(response.json()["data"]["id"])
    if response.status_code in {200, 409} and chance.random() < WATCHED:
        http.get(f"/api/v1/generations/{library.ids['just made'][-1]}")


def _give_known_ids(library: Library, case: Any) -> list[str]:
    """Returns of what kinds the things are whose ids it gives; none to a call without an id."""
    if case.operation.path == "/v1/tokens/{id}/revoke":
        case.path_parameters["id"] = str(library.any_token_id())
        return ["an API token"]
    if case.operation.path == "/v1/me/sessions/{id}/end":
        case.path_parameters["id"] = str(library.any_session_id())
        return ["a login session"]
    known = [library.any_id() for _ in range(3)]
    ids = [str(each) for _, each in known]
    if "id" in case.path_parameters:
        case.path_parameters["id"] = ids[0]
        return [known[0][0]]
    if case.operation.path == "/v1/generations/archive":
        case.query["ids"] = ids
    elif case.operation.path in ("/v1/generations/delete", "/v1/generations/restore"):
        case.body["ids"] = ids
    else:
        return []
    return [kind for kind, _ in known]


def _any_token(library: Library, chance: Random) -> str | None:
    """An API token of one kind or the other; for most cases None."""
    drawn = chance.random()
    for kind, share in API_TOKENS.items():
        if drawn < share:
            return library.api_tokens[kind]
        drawn -= share
    return None


def note(record: Record, event: ScenarioFinished) -> None:
    record.phases[event.phase.value.lower()] += len(event.recorder.interactions)
    for case_id, checks in event.recorder.checks.items():
        for check in checks:
            if check.failure_info:
                failure = check.failure_info.failure
                sent = event.recorder.interactions[case_id].request
                record.failures.append(
                    f"{event.label} {check.name}: {failure.title}: {failure.message}\n"
                    f"{check.failure_info.code_sample}\n{sent.method} {sent.uri}"
                )


def _listed(numbers: Any) -> str:
    return ", ".join(f"{name}: {number:,}" for name, number in numbers.items())
