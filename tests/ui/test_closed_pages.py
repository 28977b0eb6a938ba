"""Closed pages leave memory without new pages that would have garbage collected."""

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest
from nicegui import Client

from tests.support.people import SignedIn
from tests.support.waiting import until
from ui.closed_pages import collect_closed_pages

SECONDS = 0.1


@pytest.fixture
def no_collection_by_itself() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_collection_by_itself")
async def test_a_closed_page_leaves_memory_by_itself(ada: SignedIn) -> None:
    collect_closed_pages(SECONDS)
    await ada.http.get("/dashboard")
    [kept] = _pages()
    _close(kept)
    await until(lambda: kept() is None)


@pytest.mark.usefixtures("no_collection_by_itself")
async def test_few_of_many_pages_that_close_are_left_to_python(ada: SignedIn) -> None:
    """Going through all open pages for them would keep everybody waiting."""
    collect_closed_pages(SECONDS)
    for _ in range(9):
        await ada.http.get("/dashboard")
    first, second, *_ = _pages()
    _close(first)
    await asyncio.sleep(SECONDS)  # begun after the collection was planned, so it ends after it
    assert first() is not None
    _close(second)
    await until(lambda: first() is None and second() is None)


def _pages() -> list["weakref.ref[Client]"]:
    """The open pages; each refers to itself, as one does that a browser has been connected to."""
    for each in Client.instances.values():
        vars(each)["itself"] = each
    return [weakref.ref(each) for each in Client.instances.values()]


def _close(page: "weakref.ref[Client]") -> None:
    client = page()
    assert client is not None
    client.delete()
