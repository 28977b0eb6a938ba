"""What an open page weighs, in counts, which no machine changes; and that it leaves nothing behind."""

import gc
import weakref
from collections.abc import Iterable

import pytest
from nicegui import Client
from nicegui.testing import User

from tests.support.people import SignedIn
from tests.support.prompts import press_generate, prompt_box
from tests.support.provider import EmulatedProvider
from tests.support.waiting import until
from tests.ui.test_generate import PATH
from ui.words import t

FRAMEWORK = 4  # what NiceGUI puts around the elements of any page


def page_of(user: User) -> Client:
    assert user.client
    return user.client


def is_all_gone(references: Iterable[weakref.ref[object]]) -> bool:
    gc.collect()
    return not any(reference() for reference in references)


@pytest.mark.parametrize(("path", "elements"), [(PATH, 6), ("/dashboard", 8)])
async def test_a_page_has_few_elements(user: User, path: str, elements: int) -> None:
    """Each costs as much as a twentieth of a plain page: in time, in memory, and in what is sent."""
    await user.open(path)
    assert len(page_of(user).elements) == FRAMEWORK + elements


async def test_a_page_is_whole_as_it_comes(user: User) -> None:
    """No message has to follow, whoever opens it."""
    await user.open(PATH)
    outbox = page_of(user).outbox
    await until(lambda: not outbox.updates and not outbox.messages)
    assert outbox.next_message_id == 0


async def test_nothing_of_a_closed_page_stays(user: User, provider: EmulatedProvider) -> None:
    provider.never_finish()
    await user.open(PATH)
    press_generate(user, "a red kite")
    await user.should_see("Painting your picture")
    page = page_of(user)
    references = [weakref.ref(each) for each in (page, *page.elements.values())]
    user.client = None
    page.delete()
    del page
    await until(lambda: is_all_gone(references))


async def test_nothing_of_a_page_stays_that_no_browser_came_back_for(ada: SignedIn) -> None:
    await ada.http.get(PATH)
    (page,) = Client.instances.values()
    references = [weakref.ref(each) for each in (page, *page.elements.values())]
    del page
    Client.prune_instances(client_age_threshold=0)
    await until(lambda: is_all_gone(references))


async def test_what_a_closed_page_would_say_is_of_any_language(user: User) -> None:
    """A page may close while a press of it is handled, which then comes to an end as any other."""
    await user.open(PATH)
    page = page_of(user)
    with prompt_box(user).default_slot:
        user.client = None
        page.delete()
        del page
        gc.collect()
        assert t("Generate") == "Generate"
