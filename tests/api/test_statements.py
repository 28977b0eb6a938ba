"""How many statements a request costs, counted on the wire to the database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from core.settings import Settings
from tests.support.application import started_app
from tests.support.database import TestDatabase
from tests.support.people import Owner, SignedIn, signed_in
from tests.support.waiting import all_is_done, until
from tests.support.wire import GREETING, Wire, counting

LIST = "/api/v1/generations"
OF_THE_LOOP = ("claim_generations_to_settle", GREETING, "LISTEN", "DELETE FROM", "begin_for")


@dataclass
class Counted:
    """Ada, whose statements are counted."""

    ada: SignedIn
    owner: Owner
    wire: Wire

    def statements(self) -> list[str]:
        """Those since `clear`, without the loop's and those of a new connection."""
        return [each for each in self.wire.statements if not any(word in each for word in OF_THE_LOOP)]


@pytest.fixture
async def counted(settings: Settings, database: TestDatabase) -> AsyncIterator[Counted]:
    async with counting(database.serving_url) as wire:
        through = replace(database, serving_url=wire.url)
        async with (
            started_app(settings, through) as started,
            signed_in(started.app, started.ctx, "ada") as ada,
        ):
            yield Counted(ada, Owner(started.ctx, database, ada.owner_id), wire)


async def test_a_read_a_list_and_a_thumbnail_that_one_has_cost_one_statement_each(counted: Counted) -> None:
    generation_id = await counted.owner.make()
    one = f"{LIST}/{generation_id}"
    thumbnail = {"If-None-Match": f'"{generation_id}-thumb"'}
    for path, headers, status in (
        (one, {}, 200),
        (LIST, {}, 200),
        (f"{one}/image?size=thumb", thumbnail, 304),
    ):
        counted.wire.clear()
        assert (await counted.ada.http.get(path, headers=headers)).status_code == status
        assert len(counted.statements()) == 1


async def test_a_page_costs_one_statement_and_all_tabs_of_a_person_share_one_look(counted: Counted) -> None:
    await counted.owner.make()
    counted.wire.clear()
    for _ in range(3):
        assert (await counted.ada.http.get("/dashboard/generate")).status_code == 200
    assert ["find_page" in each for each in counted.statements()] == [True] * 3
    counted.wire.clear()
    counted.owner.database.run("UPDATE generations SET given_up_at = now()")
    await until(lambda: len(counted.statements()) > 0)
    await all_is_done(counted.owner.ctx)
    assert len(counted.statements()) == 1
