"""When an open page looks."""

from functools import partial

from nicegui import ui
from nicegui.testing import User

from tests.support.database import TestDatabase
from tests.support.people import SignedIn
from tests.support.provider import EmulatedProvider
from tests.support.waiting import until
from tests.ui.test_generate import PATH
from ui.components.page_frame import PageFrame


def is_ticking(user: User) -> bool:
    assert user.client
    [timer] = [each for each in user.client.elements.values() if isinstance(each, ui.timer)]
    return bool(timer.active)


async def test_a_hidden_page_looks_after_news_alone(
    user: User, ada: SignedIn, provider: EmulatedProvider
) -> None:
    provider.never_finish()
    await user.open(PATH)
    user.find(PageFrame).trigger("hide", True)
    await until(lambda: not is_ticking(user))
    await ada.http.post("/api/v1/generations/submit", json={"prompt": "from another tab"})
    await user.should_see("Painting your picture")
    user.find(PageFrame).trigger("hide", False)
    await until(partial(is_ticking, user))


async def test_a_page_whose_login_session_is_over_leaves_by_itself(
    user: User, database: TestDatabase
) -> None:
    await user.open(PATH)
    database.run("DELETE FROM login_sessions")
    await user.should_see("Your sign-in has ended. Please sign in again.")
