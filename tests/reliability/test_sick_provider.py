"""Ten minutes of a provider that is ill in every way we know: people notice nothing but the wait.

`make sick-provider` takes the ten minutes; CI half a one.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.reliability.report import write_section
from tests.reliability.sick.course import Course
from tests.reliability.sick.provider import SickProvider, sick_provider
from tests.reliability.sick.verdict import NOTE, figures_of, judge
from tests.support.database import TestDatabase
from tests.support.servers import EaselProcess, served_settings


@pytest.fixture
async def sick() -> AsyncIterator[SickProvider]:
    async with sick_provider() as provider:
        yield provider


@pytest.fixture
def easel(migrated: TestDatabase, sick: SickProvider, tmp_path: Path) -> Iterator[EaselProcess]:
    migrated.empty()
    with EaselProcess(
        tmp_path,
        **served_settings(migrated, f"http://127.0.0.1:{sick.port}", tmp_path / "data"),
        IN_FLIGHT_TTL_MINUTES="15",
    ) as process:
        yield process


@pytest.mark.timeout(0)
async def test_a_sick_provider_is_survived(
    sick: SickProvider, easel: EaselProcess, database: TestDatabase, pytestconfig: pytest.Config
) -> None:
    course = Course(sick, easel, database, float(pytestconfig.getoption("--sick-seconds")))
    await course.run()
    figures = figures_of(course)
    print("\n".join(f"{name}: {figure}" for name, figure in figures.items()))  # noqa: T201
    judge(course)
    if pytestconfig.getoption("--reliability-report"):
        write_section("A sick provider", "make sick-provider", figures, NOTE)
