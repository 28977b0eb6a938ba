"""A picture that Easel could not store yet: its owner knows, and can have it at once."""

from pathlib import Path

import pytest
from nicegui.testing import User

from core.settings import Settings
from tests.pictures.test_waiting import empty, fill
from tests.support.database import TestDatabase
from tests.support.prompts import press_generate
from tests.support.provider import EmulatedProvider
from tests.ui.test_generate import PATH
from ui.components.stage import LOST, NOT_KEPT
from ui.pages import run_view


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_view, "SAVING_SECONDS", 0)


@pytest.fixture
def folder(settings: Settings) -> Path:
    return settings.data_dir / "pictures"


async def test_it_is_seen_with_a_note_until_it_is_kept(
    user: User, folder: Path, database: TestDatabase, provider: EmulatedProvider
) -> None:
    await user.open(PATH)
    fill(folder)
    press_generate(user, "a red kite")
    await user.should_see(NOT_KEPT)
    (picture,) = user.find(marker="picture").elements
    (download,) = user.find(marker="download-now").elements
    assert picture.props["src"] == download.props["href"] == f"{provider.url}/files/{provider.last_id}.png"
    assert {"download", "target"} <= download.props.keys()

    empty(folder)
    database.make_due()
    await user.should_not_see(NOT_KEPT, retries=100)
    (picture,) = user.find(marker="picture").elements
    assert picture.props["src"].startswith("/api/v1/generations/")


async def test_a_picture_that_is_lost_at_last_is_said_to_be(
    user: User, folder: Path, database: TestDatabase
) -> None:
    await user.open(PATH)
    fill(folder)
    press_generate(user, "a red kite")
    await user.should_see(NOT_KEPT)
    database.run("UPDATE generations SET given_up_at = now()")
    await user.should_see(LOST)
    await user.should_not_see(NOT_KEPT)


async def test_one_that_is_deleted_meanwhile_leaves_the_canvas(
    user: User, folder: Path, database: TestDatabase
) -> None:
    await user.open(PATH)
    fill(folder)
    press_generate(user, "a red kite")
    await user.should_see(NOT_KEPT)
    database.run("UPDATE generations SET deleted_at = now()")
    await user.should_see("Your picture appears here")
