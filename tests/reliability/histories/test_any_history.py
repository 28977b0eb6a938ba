"""Whatever happens in whatever order: nothing is paid twice, nothing lost, and nobody left waiting.

CI lives through a few, always the same ones; `make histories` through many new ones.
"""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any, get_args
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from psycopg.rows import DictRow

from core.database import news
from core.errors import GenerationInFlight, ProviderFailed
from core.points import Point
from core.services import cancel
from core.settings import Settings
from tests.reliability.histories.clocks import set_clocks
from tests.reliability.histories.faults import FAULTS, OneFault
from tests.reliability.histories.world import (
    BEAT,
    OWNERS,
    PROCESSES,
    Press,
    World,
    clock_of_this_process,
)
from tests.reliability.report import write_section
from tests.support.database import TestDatabase
from tests.support.images import picture
from tests.support.provider_with_files import ProviderWithFiles

SECONDS_TO_START, SECONDS_TO_DRAW = 2.0, 20.0
# The provider keeps its files for an hour: a history is shorter, so every picture can be saved.
LONGEST_HISTORY = timedelta(minutes=50)
ROUNDS_TO_SETTLE = 40
FIXED_HISTORIES = 8
LISTENER_AWAY_SECONDS = 0.05  # long enough for something to happen meanwhile
NOTE = """
Each history is a random order of presses, repeated presses, reads, cancels, reloads, runs of the loop, leaps
of the clock, faults of the provider, lost notices, broken listeners and deaths at named points, by two people
with a page each at two processes, whose clocks are three hours ahead and three behind. The promises are
checked after every step and once all has come to rest: a broken one ends the run, and nothing is written.
"""
ODD_STATUS = "a status nobody has heard of"
MAY_BE_BILLED = {"starting", "processing", "succeeded", "canceled", ODD_STATUS}
SETTLED = {"charged": "charged", "not_charged": "released"}

owners = st.integers(0, OWNERS - 1)
processes = st.integers(0, PROCESSES - 1)
some_press = st.integers(0, 1_000)
times = st.sampled_from([1, 3, 12, 30, 100, 400]).map(lambda seconds: timedelta(seconds=seconds))
deaths_in_a_submit, deaths_in_a_read, deaths_in_a_cancel = (
    st.sampled_from([point for point in get_args(Point) if point.startswith(steps)])
    for steps in ("submit", ("poll", "copy"), "cancel")
)


class Histories(RuleBasedStateMachine):
    """Every rule is something that may happen; every invariant is a promise."""

    def __init__(self, make_world: Any, lived: Counter[str]) -> None:
        super().__init__()
        self.lived = lived
        self.runner = asyncio.Runner()
        self.world: World = self.runner.run(make_world())
        self.fault = OneFault(self.world.provider.emulator)
        self.world.provider.emulator.fault = self.fault

    @initialize(owner=owners, process=processes)
    def begin(self, owner: int, process: int) -> None:
        self.press(owner, process, "a kite", None, None)

    @rule(
        owner=owners,
        process=processes,
        prompt=st.sampled_from(["a kite", "a boat"]),
        fault=st.none() | st.sampled_from(FAULTS["create"]),
        dies_at=st.none() | deaths_in_a_submit,
    )
    def press(self, owner: int, process: int, prompt: str, fault: str | None, dies_at: Point | None) -> None:
        press = Press(owner, prompt)
        self.world.presses.append(press)
        self.fault.set("create", fault)
        self.world.arm(process, dies_at)
        self.happen(self.world.press(press, process))

    @rule(index=some_press, process=processes)
    def press_again_without_having_heard(self, index: int, process: int) -> None:
        self.happen(self.world.press(self.one(index), process))

    @rule(owner=owners)
    def press_twice_at_once(self, owner: int) -> None:
        presses = [Press(owner, "a kite") for _ in range(PROCESSES)]
        self.world.presses += presses
        self.happen(*(self.world.press(press, process) for process, press in enumerate(presses)))

    @rule(
        index=some_press,
        process=processes,
        fault=st.none() | st.sampled_from(FAULTS["read"]),
        dies_at=st.none() | deaths_in_a_read,
    )
    def read(self, index: int, process: int, fault: str | None, dies_at: Point | None) -> None:
        self.fault.set("read", fault)
        self.world.arm(process, dies_at)
        self.happen(self.world.read(self.one(index), process))

    @rule(
        index=some_press,
        process=processes,
        fault=st.none() | st.sampled_from(FAULTS["cancel"]),
        dies_at=st.none() | deaths_in_a_cancel,
    )
    def cancel(self, index: int, process: int, fault: str | None, dies_at: Point | None) -> None:
        self.fault.set("cancel", fault)
        self.world.arm(process, dies_at)
        self.happen(self.world.cancel(self.one(index), process))

    @rule(owner=owners, process=processes)
    def reload(self, owner: int, process: int) -> None:
        self.happen(self.world.reload(owner, process))

    @rule(
        process=processes,
        fault=st.none() | st.sampled_from(FAULTS["list"]),
        dies_at=st.none() | deaths_in_a_read,
    )
    def loop_runs(self, process: int, fault: str | None, dies_at: Point | None) -> None:
        self.fault.set("list", fault)
        self.world.arm(process, dies_at)
        self.happen(self.world.run_loop(process))

    @rule(index=some_press)
    def everything_at_once(self, index: int) -> None:
        press = self.one(index)
        self.happen(
            *(self.world.run_loop(process) for process in range(PROCESSES)),
            *(self.world.read(press, process) for process in range(PROCESSES)),
            self.world.cancel(press, 0),
        )

    @rule(time=times)
    @precondition(lambda self: self.world.passed < LONGEST_HISTORY)
    def time_passes(self, time: timedelta) -> None:
        self.runner.run(self.world.let_pass(time))

    @rule(
        index=some_press,
        end=st.sampled_from(["failed", "canceled", "aborted", ODD_STATUS]),
    )
    def provider_ends_one(self, index: int, end: str) -> None:
        emulator = self.world.provider.emulator
        running = [
            one["id"] for one in emulator.predictions.values() if one["status"] in {"starting", "processing"}
        ]
        if running:
            emulator.end(running[index % len(running)], end)

    @rule(process=processes)
    def process_dies(self, process: int) -> None:
        self.runner.run(self.world.kill(process))

    @rule(process=processes)
    def notices_are_lost(self, process: int) -> None:
        self.world.lose_notices(process)

    @rule(which=processes)
    def a_listener_dies(self, which: int) -> None:
        self.world.break_listener(which)

    @invariant()
    def open_pages_show_what_is_so(self) -> None:
        self.runner.run(self.world.all_tabs_hear())

    @invariant()
    def nothing_is_charged_twice_and_each_charge_is_somebodys(self) -> None:
        ids = {row["id"] for row in self.world.rows()}
        markers = [one["input"]["user_id"] for one in self.world.provider.emulator.predictions.values()]
        assert len(markers) == len(set(markers))
        assert set(markers) <= {f"easel-{generation_id}" for generation_id in ids}

    @invariant()
    def one_is_in_flight_per_owner(self) -> None:
        unfinished = [row["owner_id"] for row in self.world.rows() if row["status"] == "processing"]
        assert len(unfinished) == len(set(unfinished))

    @invariant()
    def ends_never_change(self) -> None:
        by_id = {row["id"]: row for row in self.world.rows()}
        for generation in self.world.seen.values():
            if not generation.is_processing:
                row = by_id[generation.id]
                end = (row["status"], row["error_code"], row["charge"])
                assert end == (generation.status, generation.error_code, generation.charge)

    @invariant()
    def the_ledger_is_what_the_provider_may_bill(self) -> None:
        """Every generation has its price reserved until its charge is known; no death comes in between."""
        states = self.world.ledger()
        for row in self.world.rows():
            came_late = row["status"] == "succeeded" and row["charge"] is None
            known = row["late_charge"] or row["charge"]
            if not came_late:
                assert states[row["id"]] == SETTLED.get(known, "reserved")
        for prediction in self.world.provider.emulator.predictions.values():
            if prediction["status"] in MAY_BE_BILLED:
                assert states[UUID(prediction["input"]["user_id"].removeprefix("easel-"))] != "released"

    @invariant()
    def a_refusal_is_free(self) -> None:
        for press in self.world.presses:
            if isinstance(press.refusal, GenerationInFlight):
                assert press.generation_id is None
            if isinstance(press.refusal, ProviderFailed) and press.generation_id:
                assert self.world.predictions_of(press.generation_id) == []

    def teardown(self) -> None:
        try:
            self.all_is_well_in_the_end()
            self.note()
        finally:
            self.runner.run(self.world.end())
            self.runner.close()

    def all_is_well_in_the_end(self) -> None:
        """Once nothing goes wrong any more, Easel comes to rest by itself, and has kept its promises."""
        self.fault.clear()
        self.world.arm(0, None)
        for prediction in self.world.provider.emulator.predictions.values():
            if prediction["status"] == ODD_STATUS:
                prediction["status"] = "processing"
        self.runner.run(self.world.bury())
        for _ in range(ROUNDS_TO_SETTLE):
            if not self.world.is_waiting():
                break
            self.runner.run(self.world.let_pass(BEAT))
            self.happen(self.world.run_loop(0))
        self.runner.run(self.world.let_pass(LONGEST_HISTORY))
        self.runner.run(self.world.all_tabs_hear())
        ends = self.world.ends_at_the_provider()
        assert ends <= {"succeeded", "failed", "canceled", "aborted"}, "something runs on, and nobody knows"
        rows = self.world.rows()
        assert not self.world.is_waiting(), "something never comes to rest"
        assert {row["status"] for row in rows} <= {"succeeded", "failed"}
        for press in self.world.presses:
            self.press_was_paid_once_or_not_at_all(press, rows)
        for prediction in self.world.provider.emulator.predictions.values():
            if prediction["status"] == "succeeded":
                self.picture_can_be_seen(prediction, rows)

    def press_was_paid_once_or_not_at_all(self, press: Press, rows: list[DictRow]) -> None:
        if press.generation_id is None:
            return
        [row] = [row for row in rows if row["id"] == press.generation_id]
        predictions = self.world.predictions_of(press.generation_id)
        charge = row["late_charge"] or row["charge"]
        assert len(predictions) == (0 if row["external_id"] is None else 1)
        if not predictions:
            assert charge == "not_charged"
        elif predictions[0]["status"] in {"succeeded", "canceled"}:
            assert charge == "charged"
        elif predictions[0]["status"] == "aborted":
            assert charge == "not_charged"

    def picture_can_be_seen(self, prediction: dict[str, Any], rows: list[DictRow]) -> None:
        [url] = prediction["output"]
        [row] = [row for row in rows if row["result_url"] == url]
        assert self.runner.run(self.world.picture(row)) == picture(size=(800, 600))

    def note(self) -> None:
        """What there was in this history, for the report."""
        rows, predictions = self.world.rows(), self.world.provider.emulator.predictions.values()
        self.lived["histories"] += 1
        self.lived["presses"] += len(self.world.presses)
        self.lived["generations"] += len(rows)
        self.lived["charges at the provider"] += len(predictions)
        self.lived["pictures made, every one of them read in the end"] += sum(
            one["status"] == "succeeded" for one in predictions
        )
        self.lived["requests to the provider that went wrong"] += self.fault.met
        self.lived["processes that died"] += self.world.deaths
        self.lived["minutes by the clock"] += round(self.world.passed.total_seconds() / 60)

    def one(self, index: int) -> Press:
        return self.world.presses[index % len(self.world.presses)]

    def happen(self, *happenings: Any) -> None:
        self.runner.run(self.world.at_once(*happenings))
        self.runner.run(self.world.bury())


def test_promises_hold_in_any_history(
    settings: Settings,
    migrated: TestDatabase,
    provider: ProviderWithFiles,
    monkeypatch: pytest.MonkeyPatch,
    pytestconfig: pytest.Config,
) -> None:
    monkeypatch.setattr(cancel, "_PAUSE_SECONDS", 0.0)
    monkeypatch.setattr(news, "_PAUSE_SECONDS", LISTENER_AWAY_SECONDS)
    set_clocks(monkeypatch, clock_of_this_process)

    async def make_world() -> World:
        migrated.empty()
        provider.reset()
        provider.emulator.seconds_to_start = SECONDS_TO_START
        provider.emulator.seconds_to_draw = SECONDS_TO_DRAW
        return World(settings, migrated, provider)

    class HistoriesHere(Histories):
        def __init__(self) -> None:
            super().__init__(make_world, lived)

    lived: Counter[str] = Counter()
    how_many = pytestconfig.getoption("--histories")
    run_state_machine_as_test(
        HistoriesHere,
        settings=hypothesis_settings(
            max_examples=how_many or FIXED_HISTORIES,
            derandomize=not how_many,
            stateful_step_count=30,
            deadline=None,
            print_blob=True,
            phases=[Phase.generate],  # a history takes a second: making it shorter takes long
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    if pytestconfig.getoption("--reliability-report"):
        write_section("Histories", "make histories", lived, NOTE)
