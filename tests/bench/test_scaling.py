"""The simulated peak hour of docs/scaling.md."""

import pytest

from bench.scaling import (
    CALLS_OF_A_RUN,
    DOCUMENT,
    HOUR,
    MEDIAN_RUN,
    PEAK_HOUR,
    PRESSES_A_DAY,
    document,
    simulate,
)


def test_a_large_crowd_comes_near_to_what_queues_are_known_to_be() -> None:
    """Little's law: as many runs at once as begin in the time of one."""
    peak = simulate(200_000)
    begun_a_second = 200_000 * PRESSES_A_DAY * PEAK_HOUR / HOUR
    assert peak.creates_a_minute == pytest.approx(begun_a_second * 60, rel=0.15)
    assert peak.other_calls_a_minute == pytest.approx(begun_a_second * 60 * CALLS_OF_A_RUN, rel=0.15)
    assert peak.runs == pytest.approx(begun_a_second * MEDIAN_RUN, rel=0.25)


def test_a_small_crowd_has_a_peak_far_above_its_mean() -> None:
    assert simulate(1_000).creates_a_minute > 2 * 1_000 * PRESSES_A_DAY * PEAK_HOUR / 60


def test_the_provider_ends_before_one_machine_does() -> None:
    peak = simulate(100_000)
    assert peak.accounts == 2
    assert peak.processes == 1


def test_the_document_has_what_is_simulated() -> None:
    assert DOCUMENT.read_text() == document()
