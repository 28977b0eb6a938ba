"""The options of the tests, and their plugin with the fixtures that every test may ask for."""

import gc

import hypothesis
import pytest

pytest_plugins = ["tests.support.fixtures"]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--qa-report", help="write the acceptance tests' report to this file")
    parser.addoption("--reliability-report", action="store_true", help="write to docs/reliability.md")
    parser.addoption("--histories", type=int, default=0, help="live through that many random histories")
    parser.addoption("--kills", type=int, default=1, help="how often the kill test kills at each point")
    parser.addoption("--soak-seconds", type=float, default=60.0, help="how long the soak lasts")
    parser.addoption("--soak-seed", type=int, help="choose the soak's faults as a run before it did")
    parser.addoption("--sick-seconds", type=float, default=30, help="how long the provider is sick")
    parser.addoption("--denial-seconds", type=float, default=10, help="how long a stranger asks")
    parser.addoption("--fuzz-cases", type=int, help="how many cases are fuzzed; without it, few")
    parser.addoption("--presses", type=int, default=4, help="how often Generate is pressed on a slow link")
    parser.addoption(
        "--image", action="store_true", help="run the steps of deploy/Containerfile, for minutes"
    )
    parser.addoption("--citus", action="store_true", help="run on tables that lie on machines of Citus")
    parser.addoption("--screenshots", help="keep the browser tests' screenshots in this folder")


def pytest_configure(config: pytest.Config) -> None:
    """How many examples properties get that name no number: few in the suite, more with `make fuzz`."""
    cases = config.getoption("--fuzz-cases")
    examples = max(100, cases // 10) if cases else 25
    hypothesis.settings.register_profile("easel", max_examples=examples, deadline=None)
    hypothesis.settings.load_profile("easel")


def pytest_collection_finish() -> None:
    """Leave all that is imported by now out of garbage collection.

    Resetting NiceGUI collects twice for each application, which took half a second a test.
    """
    gc.collect()
    gc.freeze()
