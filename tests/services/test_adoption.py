"""A prediction whose create was never answered is found again, and finished."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.charges import Charge
from core.failures import FailureCode
from core.models import Status
from core.provider.client import Provider
from core.provider.emulator import Fault
from core.services import outcome
from tests.services.conftest import Owner
from tests.support.database import TestDatabase
from tests.support.provider import EmulatedProvider, answering, dropping


async def test_a_create_whose_reply_was_lost_is_adopted_and_finished(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    generation_id = await owner.submit()
    database.run("UPDATE generations SET external_id = NULL, phase = 'waiting'")  # died before it was saved
    database.age(0.6)
    assert (await owner.read(generation_id)).status is Status.SUCCEEDED
    assert owner.rows()[0]["external_id"] == provider.last_id
    assert provider.creates == 1


async def test_each_adopts_their_own_though_they_wrote_the_same(
    owner: Owner, other_owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    generation_id = await owner.submit("the same words")
    mine = provider.last_id
    await other_owner.submit("the same words")
    database.run("UPDATE generations SET external_id = NULL WHERE owner_id = %s", owner.id)
    database.age(0.6)
    await owner.read(generation_id)
    assert owner.rows()[0]["external_id"] == mine


async def test_one_that_the_provider_never_had_fails_and_was_not_charged(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    provider.emulator.fault = dropping(method="POST")
    generation_id = await owner.submit()
    provider.emulator.fault = None
    database.age(1.0)
    assert (await owner.read(generation_id)).status is Status.PROCESSING
    database.age(1.0)
    ended = await owner.read(generation_id)
    assert (ended.status, ended.error_code, ended.charge) == (
        Status.FAILED,
        FailureCode.PROVIDER_ERROR,
        Charge.NOT_CHARGED,
    )
    await owner.submit()


async def test_while_the_list_does_not_answer_nothing_is_decided(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    provider.emulator.fault = dropping(method="POST")
    generation_id = await owner.submit()
    provider.emulator.fault = answering(500)
    database.age(3)
    assert (await owner.read(generation_id)).status is Status.PROCESSING


async def test_a_create_that_may_still_be_under_way_is_nobodys_orphan(
    owner: Owner, provider: EmulatedProvider
) -> None:
    provider.emulator.fault = dropping(method="POST")
    generation_id = await owner.submit()
    asked = len(provider.emulator.requests)
    provider.emulator.fault = None
    await owner.read(generation_id)
    assert len(provider.emulator.requests) == asked
    assert outcome.ORPHAN_AFTER_SECONDS > 20


async def test_the_lists_later_pages_are_read_without_following_its_addresses(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    generation_id = await owner.submit()
    created = dict(provider.emulator.predictions[provider.last_id])
    database.run("UPDATE generations SET external_id = NULL")
    database.age(0.6)
    evil = "https://evil.test/v1/predictions?cursor=2"
    pages: Iterator[dict[str, Any]] = iter(
        [{"results": [None, {"model": 1}], "next": evil}, {"results": [created], "next": None}]
    )
    provider.emulator.fault = answering_pages(pages)
    await owner.read(generation_id)
    assert owner.rows()[0]["external_id"] == created["id"]


def answering_pages(pages: Iterator[dict[str, Any]]) -> Fault:
    """A fault: the list answers with these pages, one a call; everything else is as it was."""

    async def fault(request: Request) -> Response | None:
        return JSONResponse(next(pages)) if request.url.path == "/v1/predictions" else None

    return fault


async def test_a_model_without_a_place_for_the_marker_adopts_nothing(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    settings = owner.ctx.settings.model_copy(update={"replicate_model": "someone/else"})
    owner = replace(owner, ctx=replace(owner.ctx, settings=settings, provider=Provider(settings)))
    await owner.read(await owner.submit("the same words"))
    generation_id = await owner.submit("the same words")
    database.run("UPDATE generations SET external_id = NULL WHERE id = %s", generation_id)
    database.age(3)
    read = await owner.read(generation_id)
    assert (read.status, read.external_id) == (Status.PROCESSING, None)
    await owner.ctx.provider.close()


async def test_a_list_that_is_longer_than_we_read_proves_nothing(
    owner: Owner, provider: EmulatedProvider, database: TestDatabase
) -> None:
    provider.emulator.fault = dropping(method="POST")
    generation_id = await owner.submit()
    database.age(3)
    endless = {"results": [], "next": "https://api.test/v1/predictions?cursor=more"}
    provider.emulator.fault = answering_pages(iter([endless] * 50))
    assert (await owner.read(generation_id)).status is Status.PROCESSING
