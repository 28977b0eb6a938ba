"""News: changes of rows that the database tells to every process."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from uuid import UUID, uuid4

import pytest

from core.database.news import News
from tests.database.plain_sql import add_generation, add_login_session
from tests.support.database import TestDatabase
from tests.support.waiting import until

ADA, BEN = uuid4(), uuid4()


class Heard:
    """What Ada's page, Ben's page and the loop have heard."""

    def __init__(self, news: News) -> None:
        self.counts = {ADA: 0, BEN: 0, None: 0}
        for owner_id in self.counts:
            news.subscribe(owner_id, partial(self._count, owner_id))

    def _count(self, owner_id: UUID | None) -> None:
        self.counts[owner_id] += 1


@pytest.fixture
async def news(database: TestDatabase) -> AsyncIterator[News]:
    listening = News(database.serving_url)
    task = asyncio.create_task(listening.listen())
    await until(lambda: listening.is_live)
    yield listening
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_change_is_told_to_its_owner_alone_and_to_the_loop(
    news: News, database: TestDatabase
) -> None:
    heard = Heard(news)
    add_generation(database, ADA, "a kite")
    await until(lambda: heard.counts[ADA] == 1)
    database.run("UPDATE generations SET phase = 'drawing'")
    await until(lambda: heard.counts[ADA] == 2)
    assert heard.counts == {ADA: 2, BEN: 0, None: 2}


async def test_a_foreign_notice_and_a_subscriber_that_fails_keep_nobody_from_hearing(
    news: News, database: TestDatabase, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("on purpose")

    news.subscribe(ADA, fail)
    heard = Heard(news)
    database.run("NOTIFY easel_news, 'from somebody else'")
    add_generation(database, ADA, "a kite")
    await until(lambda: heard.counts[ADA] == 1)
    assert news.is_live
    assert "names no owner" in caplog.text
    assert "A subscriber to news failed" in caplog.text


async def test_a_claimed_poll_is_no_news(news: News, database: TestDatabase) -> None:
    heard = Heard(news)
    add_generation(database, ADA, "a kite")
    await until(lambda: heard.counts[ADA] == 1)
    database.run("UPDATE generations SET polled_at = now(), next_poll_at = now()")
    add_generation(database, BEN, "notices come in the order of their transactions")
    await until(lambda: heard.counts[BEN] == 1)
    assert heard.counts[ADA] == 1


async def test_signing_out_is_news(news: News, database: TestDatabase) -> None:
    add_login_session(database, BEN, b"b" * 32)
    heard = Heard(news)
    database.run("DELETE FROM login_sessions")
    await until(lambda: heard.counts[BEN] == 1)


async def test_after_the_connection_has_died_everybody_looks(news: News, database: TestDatabase) -> None:
    """What was told while nobody listened is lost."""
    heard = Heard(news)
    database.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%%'")
    await until(lambda: heard.counts == {ADA: 1, BEN: 1, None: 1})
    add_generation(database, ADA, "a kite")
    await until(lambda: heard.counts[ADA] == 2)


async def test_who_has_unsubscribed_hears_nothing(news: News, database: TestDatabase) -> None:
    heard, told = Heard(news), []
    news.subscribe(ADA, lambda: told.append("a"))()
    add_generation(database, ADA, "a kite")
    await until(lambda: heard.counts[ADA] == 1)
    assert told == []
