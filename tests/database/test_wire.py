"""The counting wire itself: other tests rely on its counts being exact."""

import psycopg
import pytest

from tests.support.database import TestDatabase, plain
from tests.support.wire import Messages, Statements, counting


async def test_statements_are_counted_by_text_and_round_trip(database: TestDatabase) -> None:
    async with counting(database.serving_url) as wire:
        async with await psycopg.AsyncConnection.connect(plain(wire.url)) as connection:
            await connection.execute("SELECT 1")
            found = await connection.execute("SELECT %s::int", [2])
            assert await found.fetchone() == (2,)
        assert wire.statements == ["BEGIN", "SELECT 1", "SELECT $1::int", "COMMIT"]
        assert wire.round_trips == wire.count == 4


async def test_a_prepared_statement_is_counted_at_each_execution(database: TestDatabase) -> None:
    async with counting(database.serving_url) as wire:
        async with await psycopg.AsyncConnection.connect(plain(wire.url), autocommit=True) as connection:
            for number in range(3):
                await connection.execute("SELECT %s::int", [number], prepare=True)
        assert wire.statements == ["SELECT $1::int"] * 3
        assert wire.round_trips == 4  # the first prepares, which is a round trip of its own


async def test_a_pipeline_is_one_round_trip(database: TestDatabase) -> None:
    async with counting(database.serving_url) as wire:
        async with (
            await psycopg.AsyncConnection.connect(plain(wire.url), autocommit=True) as connection,
            connection.pipeline(),
        ):
            for number in range(3):
                await connection.execute("SELECT %s::int", [number])
        assert (wire.count, wire.round_trips) == (3, 1)


@pytest.mark.parametrize("mode", ["disable", "prefer"])
async def test_encryption_is_refused_and_the_client_goes_on_without(
    database: TestDatabase, mode: str
) -> None:
    async with counting(database.serving_url) as wire:
        async with await psycopg.AsyncConnection.connect(plain(wire.url), sslmode=mode) as connection:
            await connection.execute("SELECT 1")
        assert "SELECT 1" in wire.statements


def test_messages_may_be_cut_anywhere() -> None:
    sent = _message(b"P", b"name\0SELECT $1\0\0\0") + _message(b"B", b"portal\0name\0\0\0\0\0\0\0")
    sent += _message(b"E", b"portal\0\0\0\0\0") + _message(b"S", b"") + _message(b"Q", b"COMMIT\0")
    counted = Statements()
    messages = Messages(counted)
    for position in range(len(sent)):
        messages.feed(sent[position : position + 1])
    assert counted.statements == ["SELECT $1", "COMMIT"]
    assert counted.round_trips == 2


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + (len(body) + 4).to_bytes(4) + body
